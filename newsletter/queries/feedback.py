"""Events for display: newest first, with whom and what they are about."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.feedback.models import FeedbackEvent
from newsletter.transports.events import EventKind, EventSource
from subscribers.models import Subscriber


class EventView(NamedTuple):
    """One event."""

    number: int
    kind: EventKind
    source: EventSource
    transport: str
    at: datetime
    subscriber: int | None
    address: str | None
    """None where the subscriber is not known, or erased."""
    edition: int | None
    delivery: int | None
    domain: str
    status: str
    reason: str
    suppressed: bool
    undone_at: datetime | None
    undone_because: str


def events(
    session: Session,
    *,
    kinds: Sequence[EventKind] = (),
    edition: int | None = None,
    subscriber: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[EventView]:
    """Events, newest first.

    Args:
        kinds: empty: all but arrivals.
        before: an event's number, for the next page.
    """
    query = (
        select(
            FeedbackEvent.id,
            FeedbackEvent.kind,
            FeedbackEvent.source,
            FeedbackEvent.transport,
            FeedbackEvent.at,
            FeedbackEvent.subscriber_id,
            Subscriber.address,
            FeedbackEvent.edition_id,
            FeedbackEvent.delivery_id,
            FeedbackEvent.domain,
            FeedbackEvent.status,
            FeedbackEvent.reason,
            FeedbackEvent.suppressed,
            FeedbackEvent.undone_at,
            FeedbackEvent.undone_because,
        )
        .outerjoin(Subscriber, Subscriber.id == FeedbackEvent.subscriber_id)
        .order_by(FeedbackEvent.id.desc())
        .limit(limit)
    )
    if kinds:
        query = query.where(FeedbackEvent.kind.in_(tuple(kinds)))
    else:
        query = query.where(FeedbackEvent.kind != EventKind.SUCCESS)
    if edition is not None:
        query = query.where(FeedbackEvent.edition_id == edition)
    if subscriber is not None:
        query = query.where(FeedbackEvent.subscriber_id == subscriber)
    if before is not None:
        query = query.where(FeedbackEvent.id < before)
    return [EventView._make(row) for row in session.execute(query)]
