"""Queries on events and their evidence. Never commits."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, case, delete, exists, func, or_, select, update
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session

from newsletter.database import UTCDateTime, insert_of
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.editions.models import Edition
from newsletter.errors import ResourceNotFound
from newsletter.feedback.models import FeedbackEvent, FeedbackEvidence, FeedbackMailbox
from newsletter.feedback.receivers.base import MailboxPosition
from newsletter.transports.events import BOUNCES, EventKind
from subscribers.models import Subscriber

# Mail servers give up after five days at most (RFC 5321, 4.5.4.1); reports may be read later.
MAX_REPORT_DELAY = timedelta(days=10)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Known(NamedTuple):
    """Whom a delivery was for."""

    delivery_id: int
    edition_id: int
    subscriber_id: int
    address_hash: str
    address: str | None
    is_current: bool
    """Whether they have the address that it went to, as far as is known."""


def known_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the keys that are recorded."""
    query = select(FeedbackEvent.key).where(FeedbackEvent.key.in_(keys))
    return set(session.scalars(query))


def deliveries(session: Session, numbers: Collection[int]) -> dict[int, Known]:
    """The deliveries of these numbers that were handed over."""
    query = _known().where(Delivery.id.in_(numbers))
    return {delivery.delivery_id: delivery for delivery in map(_as_known, session.execute(query))}


def last_deliveries(session: Session, hashes: Collection[str], now: datetime) -> dict[str, Known]:
    """The newest mail handed over to each of these addresses, where a report may speak of it."""
    recent = select(Edition.id).where(Edition.fanned_out_at > now - MAX_REPORT_DELAY)
    query = (
        _known()
        .where(Subscriber.address_hash.in_(hashes), Delivery.edition_id.in_(recent))
        .order_by(Delivery.id)
    )
    return {delivery.address_hash: delivery for delivery in map(_as_known, session.execute(query))}


def subscribers(session: Session, hashes: Collection[str]) -> dict[str, tuple[int, str | None]]:
    """Number and address of the subscribers with these addresses, by hash."""
    query = select(Subscriber.address_hash, Subscriber.id, Subscriber.address)
    rows = session.execute(query.where(Subscriber.address_hash.in_(hashes)))
    return {address_hash: (number, address) for address_hash, number, address in rows}


_HANDED_OVER = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def _known() -> Any:
    is_current = or_(
        Subscriber.address_since.is_(None),
        Delivery.settled_at.is_(None),
        Subscriber.address_since <= Delivery.settled_at,
    )
    return (
        select(
            Delivery.id,
            Delivery.edition_id,
            Delivery.subscriber_id,
            Subscriber.address_hash,
            Subscriber.address,
            is_current,
        )
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.state.in_((*_HANDED_OVER, DeliveryState.CLAIMED)))
    )


def _as_known(row: Sequence[Any]) -> Known:
    return Known._make((*row[:5], bool(row[5])))


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Record events by one statement; the numbers of those that are new, by key."""
    if not rows:
        return {}
    statement = insert_of(session, FeedbackEvent).on_conflict_do_nothing()
    result = session.connection().execute(
        statement.returning(FeedbackEvent.key, FeedbackEvent.id), list(rows)
    )
    return dict(result.all())


def add_evidence(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what arrived beside its event."""
    if rows:
        session.connection().execute(insert_into(FeedbackEvidence), list(rows))


def mark_suppressing(session: Session, numbers: Collection[int]) -> None:
    """Record that an address was suppressed because of each of these events."""
    if numbers:
        session.execute(
            update(FeedbackEvent).where(FeedbackEvent.id.in_(numbers)).values(suppressed=True),
            execution_options={"synchronize_session": False},
        )


def streaks(
    session: Session, subscribers: Collection[int], kinds: Iterable[EventKind]
) -> dict[int, list[datetime]]:
    """Times of bounces of these kinds since a mail last arrived, one a mail, by subscriber.

    A mail arrived where its server or provider said so, or where it was taken and no bounce came.
    What a person undid begins anew, too.
    """
    since = _last_arrivals(session, subscribers)
    query = (
        select(FeedbackEvent.subscriber_id, func.max(FeedbackEvent.at))
        .where(
            FeedbackEvent.subscriber_id.in_(subscribers),
            FeedbackEvent.kind.in_(tuple(kinds)),
        )
        # Each event without a delivery counts by itself.
        .group_by(
            FeedbackEvent.subscriber_id,
            func.coalesce(FeedbackEvent.delivery_id, -FeedbackEvent.id),
        )
    )
    times: dict[int, list[datetime]] = {number: [] for number in subscribers}
    for number, at in session.execute(query):
        if number is not None and at > since.get(number, LONG_AGO):
            times[number].append(at)
    return times


def _last_arrivals(session: Session, subscribers: Collection[int]) -> dict[int, datetime]:
    last_success = case((FeedbackEvent.kind == EventKind.SUCCESS, FeedbackEvent.at))
    reported = (
        select(
            FeedbackEvent.subscriber_id,
            func.max(last_success, type_=UTCDateTime),
            func.max(FeedbackEvent.undone_at),
        )
        .where(FeedbackEvent.subscriber_id.in_(subscribers))
        .group_by(FeedbackEvent.subscriber_id)
    )
    bounced = exists().where(
        FeedbackEvent.delivery_id == Delivery.id, FeedbackEvent.kind.in_(BOUNCES)
    )
    taken = (
        select(Delivery.subscriber_id, func.max(Delivery.settled_at))
        .where(
            # The ledger's index begins with the edition.
            Delivery.edition_id.in_(select(Edition.id)),
            Delivery.subscriber_id.in_(subscribers),
            Delivery.state == DeliveryState.SENT,
            ~bounced,
        )
        .group_by(Delivery.subscriber_id)
    )
    times: dict[int, datetime] = {}
    for query in (reported, taken):
        for number, *moments in session.execute(query):
            times[number] = max(
                (at for at in (*moments, times.get(number)) if at is not None), default=LONG_AGO
            )
    return times


def by_id(session: Session, number: int) -> FeedbackEvent:
    """
    Raises:
        ResourceNotFound: there is no such event.
    """
    event = session.get(FeedbackEvent, number)
    if event is None:
        raise ResourceNotFound(f"there is no event {number}; see: newsletter feedback list")
    return event


def events_of(session: Session, subscriber_id: int) -> Sequence[FeedbackEvent]:
    """All that was told of a subscriber's mails, oldest first."""
    query = select(FeedbackEvent).where(FeedbackEvent.subscriber_id == subscriber_id)
    return session.scalars(query.order_by(FeedbackEvent.at, FeedbackEvent.id)).all()


def find_evidence(session: Session, number: int) -> FeedbackEvidence | None:
    """What arrived with an event, unless it is forgotten."""
    return session.get(FeedbackEvidence, number)


def forget_evidence(session: Session, before: datetime, limit: int) -> int:
    """Forget evidence kept since before a moment; how many."""
    old = select(FeedbackEvidence.event_id).where(FeedbackEvidence.kept_since < before).limit(limit)
    return _forget(session, FeedbackEvidence.event_id.in_(old.scalar_subquery()))


def forget_evidence_of(session: Session, subscriber_id: int) -> int:
    """Forget all that arrived about one subscriber; how many."""
    theirs = select(FeedbackEvent.id).where(FeedbackEvent.subscriber_id == subscriber_id)
    return _forget(session, FeedbackEvidence.event_id.in_(theirs.scalar_subquery()))


def _forget(session: Session, condition: Any) -> int:
    forgotten = delete(FeedbackEvidence).where(and_(condition)).returning(FeedbackEvidence.event_id)
    return len(session.scalars(forgotten).all())


def find_mailbox(session: Session, name: str) -> FeedbackMailbox | None:
    """How far a mailbox is read; None where it never was."""
    return session.get(FeedbackMailbox, name)


def remember_mailbox(
    session: Session, name: str, position: MailboxPosition, problem: str, now: datetime
) -> None:
    """Remember how far a mailbox is read."""
    session.merge(
        FeedbackMailbox(
            name=name,
            validity=position.validity,
            last=position.last,
            seen=sorted(position.seen),
            read_at=now,
            problem=problem,
        )
    )
