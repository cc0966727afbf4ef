"""Editions held by their circuit breaker: what it begins with, and what a person is told."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import news
from newsletter.delivery.ledger.models import Delivery, DeliveryState, Watch
from newsletter.delivery.sending.circuit_breaker import FIRST, Before, Breaker

# So many reasons stand in an alarm.
MOST_REASONS = 5


def breaker_of(session: Session, edition_id: int) -> Breaker:
    """A breaker that knows what the ledger says of its edition so far."""

    def count(state: DeliveryState) -> int:
        query = select(Delivery.id).where(Delivery.edition_id == edition_id)
        some = query.where(Delivery.state == state).limit(FIRST)
        return session.scalars(select(func.count()).select_from(some.subquery())).one()

    watch = session.get(Watch, _held(edition_id))
    return Breaker(
        Before(
            sent=count(DeliveryState.SENT),
            refused=count(DeliveryState.FAILED),
            held=watch.settled if watch else 0,
        )
    )


def note_held(session: Session, edition_id: int, now: datetime) -> None:
    """Remember that a breaker held an edition: it is more patient when a person has resumed it."""
    watch = session.get(Watch, _held(edition_id))
    if watch is None:
        session.add(Watch(subject=_held(edition_id), settled=1, since=now, is_told=True))
    else:
        watch.settled += 1


def untold_alarms(
    session: Session, edition_id: int, breaker: Breaker, now: datetime
) -> list[Alarm]:
    """What has to be told of an edition that goes on: once of each kind, with counts."""
    alarms = []
    if breaker.faults and news.is_news(session, f"faults {edition_id}", now):
        alarms.append(_of_faults(edition_id, breaker))
    if breaker.blocked and news.is_news(session, f"blocked {edition_id}", now):
        alarms.append(_of_blocked(edition_id, breaker))
    return alarms


def _held(edition_id: int) -> str:
    return f"held {edition_id}"


def _of_faults(edition_id: int, breaker: Breaker) -> Alarm:
    return Alarm(
        title=f"Failed by a fault: {_mails(breaker.faults)} of edition {edition_id}",
        text="They could not be made or handed over. The rest goes on.",
        details=(
            *_lines(breaker.faults),
            f"To see them: newsletter editions show {edition_id}",
            f"When it is mended: newsletter editions retry {edition_id}",
        ),
    )


def _of_blocked(edition_id: int, breaker: Breaker) -> Alarm:
    return Alarm(
        title=f"Refused for our sake: {_mails(breaker.blocked)} of edition {edition_id}",
        text="The answers speak of us, not of the recipients: our address, our reputation, what we "
        "send or how fast. They are tried again, and nobody is blamed for it.",
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
    return [f"{count} × {reason}" for reason, count in commonest[:MOST_REASONS]]
