"""Persistence and alarms of the circuit breakers: initial counts, holds, alert texts."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import alert_dedup
from newsletter.delivery.ledger.models import Delivery, DeliveryState, Watch
from newsletter.delivery.sending.circuit_breaker import SAMPLE, CircuitBreaker, EditionHistory

MAX_REASONS = 5


def breaker_of(session: Session, edition_id: int) -> CircuitBreaker:
    """A breaker initialised with the edition's counts in the ledger."""

    def count(state: DeliveryState) -> int:
        query = select(Delivery.id).where(Delivery.edition_id == edition_id)
        some = query.where(Delivery.state == state).limit(SAMPLE)
        return session.scalars(select(func.count()).select_from(some.subquery())).one()

    watch = session.get(Watch, _held(edition_id))
    return CircuitBreaker(
        EditionHistory(
            sent=count(DeliveryState.SENT),
            refused=count(DeliveryState.FAILED),
            held=watch.settled if watch else 0,
        )
    )


def record_hold(session: Session, edition_id: int, now: datetime) -> None:
    """Count a hold by the breaker; its thresholds grow after each resume."""
    watch = session.get(Watch, _held(edition_id))
    if watch is None:
        session.add(Watch(subject=_held(edition_id), settled=1, since=now, is_told=True))
    else:
        watch.settled += 1


def new_alarms(
    session: Session, edition_id: int, breaker: CircuitBreaker, now: datetime
) -> list[Alarm]:
    """Alarms about single mails of an edition that goes on; each kind once."""
    alarms = []
    if breaker.faults and alert_dedup.is_first_alert(session, f"faults {edition_id}", now):
        alarms.append(_fault_alarm(edition_id, breaker))
    if breaker.blocked and alert_dedup.is_first_alert(session, f"blocked {edition_id}", now):
        alarms.append(_blocked_alarm(edition_id, breaker))
    return alarms


def _held(edition_id: int) -> str:
    return f"held {edition_id}"


def _fault_alarm(edition_id: int, breaker: CircuitBreaker) -> Alarm:
    return Alarm(
        title=f"Failed by a fault: {_mails(breaker.faults)} of edition {edition_id}",
        text="They could not be made or handed over. The other mails are sent.",
        details=(
            *_lines(breaker.faults),
            f"To see them: newsletter editions show {edition_id}",
            f"When it is mended: newsletter editions retry {edition_id}",
        ),
    )


def _blocked_alarm(edition_id: int, breaker: CircuitBreaker) -> Alarm:
    return Alarm(
        title=f"Blocked: {_mails(breaker.blocked)} of edition {edition_id}",
        text="The answers concern the sender, not the recipients: our address, our reputation, "
        "what we send or how fast. The mails are tried again, and no recipient counts as bounced.",
        details=(
            *_lines(breaker.blocked),
            f"To see them: newsletter editions show {edition_id}, and newsletter limits",
        ),
    )


def _mails(reasons: Mapping[str, int]) -> str:
    count = sum(reasons.values())
    return f"{count} mail{'s' * (count != 1)}"


def _lines(reasons: Mapping[str, int]) -> list[str]:
    commonest = sorted(reasons.items(), key=lambda item: -item[1])
    return [f"{count} × {reason}" for reason, count in commonest[:MAX_REASONS]]
