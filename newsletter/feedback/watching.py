"""Pauses editions that come back too often, and tells of refusals that are about us.

Never commits. An edition that a person resumed is paused again only when the count has doubled.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery import control
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import alert_dedup
from newsletter.delivery.ledger import store as ledger
from newsletter.delivery.ledger.models import DeliveryState, Watch
from newsletter.editions.models import Edition, EditionState
from newsletter.feedback.models import FeedbackEvent
from newsletter.transports.events import BOUNCES, EventKind, EventSource

# Fewer say nothing about a list: two bounces of the first ten mails are no share.
MIN_SENT = 50
MIN_BOUNCES = 10
MIN_COMPLAINTS = 2
BLOCKED_SINCE = timedelta(days=1)
MIN_BLOCKED = 5
SHOWN_REASONS = 5


@dataclass(frozen=True, kw_only=True)
class PauseThresholds:
    """The shares of the mails sent beyond which an edition is paused; 0: never."""

    bounces: float
    complaints: float


def pause_editions(
    session: Session, thresholds: PauseThresholds, now: datetime
) -> tuple[list[int], list[Alarm]]:
    """Pause the editions being sent that exceed one; their numbers, and an alarm for each."""
    paused, alarms = [], []
    query = select(Edition.id).where(Edition.state == EditionState.SENDING)
    for number in session.scalars(query.order_by(Edition.id)).all():
        if alarm := _alarm_if_exceeded(session, number, thresholds, now):
            control.pause(session, number)
            paused.append(number)
            alarms.append(alarm)
    return paused, alarms


def _alarm_if_exceeded(
    session: Session, number: int, thresholds: PauseThresholds, now: datetime
) -> Alarm | None:
    bounces = _count(session, number, BOUNCES)
    complaints = _count(session, number, {EventKind.COMPLAINT})
    if bounces < MIN_BOUNCES and complaints < MIN_COMPLAINTS:
        return None
    sent = ledger.counts(session, number).get(DeliveryState.SENT, 0)
    if sent < MIN_SENT:
        return None
    for what, count, least, threshold in (
        ("complaints", complaints, MIN_COMPLAINTS, thresholds.complaints),
        ("bounces", bounces, MIN_BOUNCES, thresholds.bounces),
    ):
        is_exceeded = threshold and count >= least and count > threshold * sent
        if is_exceeded and _has_doubled(session, number, what, count, now):
            return _alarm(number, what, count, sent, threshold)
    return None


def _has_doubled(session: Session, number: int, what: str, count: int, now: datetime) -> bool:
    """Whether the edition was not paused at half of this count or more; it is now."""
    subject = f"feedback {what} {number}"
    watch = session.get(Watch, subject)
    if watch is None:
        session.add(Watch(subject=subject, settled=count, since=now, is_told=True))
        return True
    if count < 2 * watch.settled:
        return False
    watch.settled, watch.since = count, now
    return True


def _count(session: Session, number: int, kinds: Collection[EventKind]) -> int:
    """Mails that came back; refusals at sending are watched by the sender's circuit breaker."""
    returned = (
        select(FeedbackEvent.delivery_id)
        .where(
            FeedbackEvent.edition_id == number,
            FeedbackEvent.kind.in_(kinds),
            FeedbackEvent.source != EventSource.ANSWER,
            FeedbackEvent.undone_at.is_(None),
        )
        .distinct()
    )
    return session.scalars(select(func.count()).select_from(returned.subquery())).one()


def _alarm(number: int, what: str, count: int, sent: int, threshold: float) -> Alarm:
    return Alarm(
        title=f"Edition {number} is paused: too many {what}",
        text=f"{count} {what} came back for {sent} mails sent, more than {threshold:.2%}. Mailbox "
        "providers block senders for this.",
        details=(
            f"What came back: newsletter feedback list --edition {number}",
            f"To go on all the same: newsletter editions resume {number}",
        ),
    )


def blocked_alarms(session: Session, now: datetime) -> list[Alarm]:
    """An alarm, once a day, where mail was refused because of us."""
    since = now - BLOCKED_SINCE
    query = (
        select(FeedbackEvent.reason, func.count())
        .where(FeedbackEvent.kind == EventKind.BLOCKED, FeedbackEvent.at > since)
        .group_by(FeedbackEvent.reason)
        .order_by(func.count().desc())
    )
    counts = [(reason, count) for reason, count in session.execute(query)]
    total = sum(count for _, count in counts)
    if total < MIN_BLOCKED:
        return []
    if not alert_dedup.is_first_alert(session, f"blocked {now:%Y-%m-%d}", now):
        return []
    return [
        Alarm(
            title=f"{total} mails were refused because of us",
            text="Servers refused them for our reputation, our configuration or the content, not "
            "because of their recipients.",
            details=tuple(f"{count}: {reason}" for reason, count in counts[:SHOWN_REASONS]),
        )
    ]
