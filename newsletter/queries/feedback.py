"""Events for display: newest first, with whom and what they are about."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.orm import Session

from newsletter.database import paged
from newsletter.feedback.models import FeedbackEvent
from newsletter.transports.events import BOUNCES, EventKind, EventSource
from subscribers.models import Subscriber

# Arrivals are counted by the ledger; here they would only make lists and counts slow.
COUNTED = tuple(kind for kind in EventKind if kind is not EventKind.SUCCESS)


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
    after: int | None = None,
    oldest_first: bool = False,
    limit: int = 50,
) -> list[EventView]:
    """Events, newest first.

    Args:
        kinds: empty: all but arrivals.
        after: as of `newsletter.database.paged`.
    """
    page = partial(paged, key=FeedbackEvent.id, after=after, oldest_first=oldest_first)
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
        .where(_are_listed(tuple(kinds) or COUNTED, edition, subscriber, page, limit))
        .limit(limit)
    )
    query = page(query)
    return [EventView._make(row) for row in session.execute(query)]


def _are_listed(
    kinds: Sequence[EventKind],
    edition: int | None,
    subscriber: int | None,
    page: Callable[[Select[int]], Select[int]],
    limit: int,
) -> ColumnElement[bool]:
    if edition is not None:
        return and_(FeedbackEvent.edition_id == edition, FeedbackEvent.kind.in_(kinds))
    if subscriber is not None:
        is_about = FeedbackEvent.subscriber_id == subscriber
        return and_(is_about, FeedbackEvent.kind.in_(kinds))
    # The first of each kind, so that a million arrivals between them are not read.
    first = [
        page(select(FeedbackEvent.id).where(FeedbackEvent.kind == kind)).limit(limit).subquery()
        for kind in kinds
    ]
    return FeedbackEvent.id.in_(union_all(*(select(each.c.id) for each in first)))


class Tally(NamedTuple):
    """What came back for one domain, transport or edition."""

    name: str
    counts: dict[EventKind, int]

    @property
    def bounces(self) -> int:
        """Mails that did not arrive."""
        return sum(count for kind, count in self.counts.items() if kind in BOUNCES)


GROUPINGS = {
    "domain": FeedbackEvent.domain,
    "transport": FeedbackEvent.transport,
    "edition": FeedbackEvent.edition_id,
}


def tallies(session: Session, by: str, since: datetime, limit: int = 50) -> list[Tally]:
    """What came back since a moment, the most bounces first.

    Args:
        by: one of `GROUPINGS`.
    """
    column = GROUPINGS[by]
    query = (
        select(column, FeedbackEvent.kind, func.count())
        .where(FeedbackEvent.kind.in_(COUNTED), FeedbackEvent.at > since)
        .group_by(column, FeedbackEvent.kind)
    )
    by_name: dict[str, dict[EventKind, int]] = {}
    for name, kind, count in session.execute(query):
        if name not in {None, ""}:
            by_name.setdefault(str(name), {})[kind] = count
    rows = [Tally(name, counts) for name, counts in by_name.items()]
    return sorted(rows, key=lambda row: (-row.bounces, row.name))[:limit]


def edition_counts(session: Session, edition: int) -> dict[EventKind, int]:
    """How many mails of an edition each kind of event but arrivals was told of."""
    query = (
        select(FeedbackEvent.kind, func.count(FeedbackEvent.delivery_id.distinct()))
        .where(FeedbackEvent.edition_id == edition, FeedbackEvent.kind.in_(COUNTED))
        .group_by(FeedbackEvent.kind)
    )
    return dict(session.execute(query).all())
