"""What the ledger tells the circuit breakers, and alarms about single mails."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import alert_dedup, holds
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.delivery.ledger.reasons import GIVEN_UP, normalised
from newsletter.delivery.sending.circuit_breaker import SAMPLE, CircuitBreaker, EditionHistory
from newsletter.transports.verdicts import Verdict

MAX_REASONS = 5
# Refused recipients of an edition of which nothing was accepted.
MIN_REFUSED_OF_ALL = 3


def breaker_of(session: Session, edition_id: int, clock: Clock) -> CircuitBreaker:
    """A breaker initialised with the edition's counts in the ledger."""

    def count(state: DeliveryState) -> int:
        query = select(Delivery.id).where(Delivery.edition_id == edition_id)
        some = query.where(Delivery.state == state).limit(SAMPLE)
        return session.scalars(select(func.count()).select_from(some.subquery())).one()

    return CircuitBreaker(
        EditionHistory(
            sent=count(DeliveryState.SENT),
            refused=count(DeliveryState.FAILED),
            held=holds.count(session, edition_id),
        ),
        clock,
    )


def problem_at_end(session: Session, edition_id: int, counts: Mapping[DeliveryState, int]) -> str:
    """Why an edition with nothing left to send is held: its recipients were all refused for good.

    A small edition never reaches the thresholds of its breaker. Empty: it is not held, or a person
    has resumed it already.
    """
    refused = counts.get(DeliveryState.FAILED, 0)
    is_accepted = counts.get(DeliveryState.SENT, 0) or counts.get(DeliveryState.UNCERTAIN, 0)
    if refused < MIN_REFUSED_OF_ALL or is_accepted or holds.count(session, edition_id):
        return ""
    query = (
        select(Delivery.reason)
        .where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.FAILED)
        .where(~Delivery.reason.startswith(GIVEN_UP), Delivery.verdict != Verdict.ERROR)
        .order_by(Delivery.settled_at.desc())
    )
    latest = session.scalars(query.limit(MIN_REFUSED_OF_ALL)).all()
    if len(latest) < MIN_REFUSED_OF_ALL:
        return ""
    return f"all {refused} recipients failed, the last with: {normalised(latest[0])}"


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
