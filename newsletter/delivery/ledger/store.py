"""The ledger's queries: fan-out, claim, settle, recover, count. Never commits.

Invariant: a row exists before any hand-over, one per edition and subscriber. Eligibility is checked
at fan-out and again at claim.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from newsletter.database import UTCDateTime, raise_work_mem
from newsletter.delivery.ledger.arrays import numbers, pairs
from newsletter.delivery.ledger.models import WAITING, Delivery, DeliveryState
from newsletter.delivery.ledger.reasons import grouped_by_reason
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.shares import Share
from newsletter.delivery.ledger.statistics import measures
from newsletter.editions.models import Edition, EditionKind, EditionState, VariantChoice
from newsletter.editions.segment import in_segment
from subscribers.audience import Stream, eligible, exclusion
from subscribers.models import Subscriber

# Limits the distinct answers read for a summary; the rarest beyond are left out.
MAX_REASONS = 5000


class Claimed(NamedTuple):
    """A delivery that only this worker may hand over."""

    id: int
    subscriber_id: int
    variant_id: int
    attempts: int
    deferred_since: datetime | None
    address: str
    address_hash: str
    name: str


class ClaimedRow(NamedTuple):
    """A delivery just claimed, before eligibility is checked again."""

    id: int
    subscriber_id: int
    variant_id: int
    attempts: int
    deferred_since: datetime | None


STREAMS = {
    EditionKind.DIGEST: Stream.DIGEST,
    EditionKind.BULLETIN: Stream.BULLETIN,
    EditionKind.ARTICLE: Stream.ARTICLE,
}


def stream_of(kind: EditionKind) -> Stream:
    return STREAMS[kind]


def fan_out(session: Session, edition: Edition, now: datetime) -> int:
    """Write a delivery for each member of the audience; returns how many.

    Needs the edition's variants and the choices mapped to them. The caller sets `fanned_out_at` in
    the same transaction, so that it happens once.
    """
    fields = measures(session) if edition.segment else {}
    audience = (
        select(
            literal(edition.id),
            Subscriber.id,
            VariantChoice.variant_id,
            literal(DeliveryState.QUEUED.value),
            literal(""),
            literal(0),
            literal(""),
        )
        .join(VariantChoice, VariantChoice.choice_id == Subscriber.choice_id)
        .where(
            VariantChoice.edition_id == edition.id,
            eligible(stream_of(edition.kind), now, edition.language),
            in_segment(edition, now, fields),
        )
    )
    columns = ["edition_id", "subscriber_id", "variant_id", "state", "reason", "attempts", "worker"]
    if edition.segment:
        raise_work_mem(session)
    session.execute(insert(Delivery).from_select(columns, audience))
    count = select(func.count()).select_from(Delivery).where(Delivery.edition_id == edition.id)
    return session.scalars(count).one()


def claim(
    session: Session,
    edition: Edition,
    worker: str,
    *,
    limit: int,
    lease: timedelta,
    now: datetime,
    share: Share | None = None,
) -> list[Claimed]:
    """Claim due deliveries for this worker until the lease expires.

    Deliveries to subscribers who may no longer be mailed are settled as skipped, so fewer than
    `limit` may be returned while more are due (see `count_due`).
    """
    lease_until = now + lease
    # Separate statements, so that each scans the index of states from its start. Untried
    # deliveries first: domains are probed with them.
    due_again = (Delivery.state == DeliveryState.DEFERRED, Delivery.next_attempt_at <= now)
    claimed: list[ClaimedRow] = []
    for condition in (
        (Delivery.state == DeliveryState.QUEUED,),
        (*due_again, Delivery.attempts == 0),
        (*due_again, Delivery.attempts > 0),
    ):
        if len(claimed) < limit:
            due = and_(*condition, *_is_in(share))
            left = limit - len(claimed)
            claimed += _take(session, edition.id, due, worker, lease_until, left)
    return _leave_out_excluded(session, edition, claimed, now)


def _take(
    session: Session,
    edition_id: int,
    condition: ColumnElement[bool],
    worker: str,
    lease_until: datetime,
    limit: int,
) -> list[ClaimedRow]:
    sending = exists().where(Edition.id == edition_id, Edition.state == EditionState.SENDING)
    due = (
        select(Delivery.id)
        .where(Delivery.edition_id == edition_id, condition, sending)
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    taken = session.connection().execute(
        update(Delivery)
        .where(Delivery.id.in_(due.scalar_subquery()))
        .values(state=DeliveryState.CLAIMED, worker=worker, lease_until=lease_until)
        .returning(
            Delivery.id,
            Delivery.subscriber_id,
            Delivery.variant_id,
            Delivery.attempts,
            Delivery.deferred_since,
        )
    )
    return list(map(ClaimedRow._make, taken.all()))


def count_due(
    session: Session,
    edition_id: int,
    now: datetime,
    share: Share | None = None,
    *,
    most: int | None = None,
) -> int:
    """How many deliveries could be claimed now, up to `most`."""
    due = (
        select(Delivery.id)
        .where(Delivery.edition_id == edition_id, _is_due(now), *_is_in(share))
        .limit(most)
    )
    return session.scalars(select(func.count()).select_from(due.subquery())).one()


def next_attempt(session: Session, edition_id: int) -> datetime | None:
    """When the next deferred delivery is due."""
    query = select(func.min(Delivery.next_attempt_at))
    return session.scalar(
        query.where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.DEFERRED)
    )


def settle(
    session: Session, worker: str, settlements: Mapping[int, Settlement], now: datetime
) -> None:
    """Record the outcomes of deliveries claimed by this worker.

    A delivery marked uncertain because its lease expired is settled too; one that another worker
    has claimed since is left unchanged.
    """
    is_sent = {k for k, s in settlements.items() if s.state is DeliveryState.SENT}
    settle_sent(session, worker, {key: settlements[key].reason for key in is_sent}, now)
    others = [_as_row(key, s) for key, s in settlements.items() if key not in is_sent]
    if others:
        statement = (
            update(Delivery)
            .where(Delivery.id == bindparam("key"), _is_with(worker))
            .values(
                state=bindparam("new_state"),
                reason=bindparam("new_reason"),
                attempts=bindparam("new_attempts"),
                verdict=bindparam("new_verdict"),
                next_attempt_at=bindparam("next_at"),
                deferred_since=func.coalesce(
                    Delivery.deferred_since, bindparam("since", type_=UTCDateTime)
                ),
                settled_at=now,
                lease_until=None,
            )
        )
        session.connection().execute(statement, others)


def settle_sent(session: Session, worker: str, sent: Mapping[int, str], now: datetime) -> None:
    """Record accepted mails with their responses: the hot path of settling."""
    if not sent:
        return
    key, reason = pairs(session, list(sent.items()))
    # PostgreSQL estimates that hardly a row is claimed and plans a nested loop; a CASE hides the
    # condition from its estimate. A batch's numbers are close together, so a range finds them.
    is_ours = case((_is_with(worker), true()), else_=false())
    statement = (
        update(Delivery)
        .where(Delivery.id == key, Delivery.id.between(min(sent), max(sent)), is_ours)
        .values(
            state=DeliveryState.SENT,
            reason=reason,
            attempts=Delivery.attempts + 1,
            next_attempt_at=None,
            settled_at=now,
            lease_until=None,
        )
    )
    session.connection().execute(statement)


def _is_with(worker: str) -> ColumnElement[bool]:
    # Not in_(): it cannot be used with executemany.
    return and_(
        Delivery.worker == worker,
        or_(Delivery.state == DeliveryState.CLAIMED, Delivery.state == DeliveryState.UNCERTAIN),
    )


def _as_row(key: int, settlement: Settlement) -> dict[str, Any]:
    return {
        "key": key,
        "new_state": settlement.state,
        "new_reason": settlement.reason,
        "new_attempts": settlement.attempts,
        "new_verdict": settlement.verdict,
        "next_at": settlement.next_attempt_at,
        "since": settlement.deferred_since,
    }


def release(session: Session, worker: str, keys: Collection[int]) -> None:
    """Return claimed deliveries that were certainly not handed over to the queue."""
    if not keys:
        return
    statement = (
        update(Delivery)
        .where(Delivery.id.in_(numbers(session, keys)))
        .where(Delivery.worker == worker, Delivery.state == DeliveryState.CLAIMED)
        .values(state=DeliveryState.QUEUED, worker="", lease_until=None)
    )
    session.execute(statement, execution_options={"synchronize_session": False})


def claimed_by(session: Session, worker: str) -> dict[int, int]:
    """A worker's unsettled deliveries with their earlier attempts.

    Includes those marked uncertain since, because its lease expired.
    """
    query = select(Delivery.id, Delivery.attempts).where(_is_in_any_edition(), _is_with(worker))
    return dict(session.execute(query).all())


def mark_expired_uncertain(session: Session, living: Collection[str], now: datetime) -> int:
    """Mark claims with an expired lease as uncertain; returns how many.

    Their workers' journals are on other machines, so their outcomes are unknown here.

    Args:
        living: workers known to be running, whatever the clock says.
    """
    expired = session.scalars(
        update(Delivery)
        .where(_is_in_any_edition(), Delivery.state == DeliveryState.CLAIMED)
        .where(Delivery.lease_until < now, Delivery.worker.not_in(living))
        .values(
            state=DeliveryState.UNCERTAIN,
            reason="its worker's lease expired",
            settled_at=now,
            lease_until=None,
        )
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(expired.all())


def _is_in_any_edition() -> ColumnElement[bool]:
    # Listing every edition lets the database scan the index of states, not the whole ledger.
    return Delivery.edition_id.in_(select(Edition.id))


def counts(session: Session, edition_id: int) -> dict[DeliveryState, int]:
    """An edition's deliveries by state; they add up to its audience."""
    query = (
        select(Delivery.state, func.count())
        .where(Delivery.edition_id == edition_id)
        .group_by(Delivery.state)
    )
    return dict(session.execute(query).all())


def reasons(session: Session, edition_id: int, limit: int = 20) -> list[tuple[str, str, int]]:
    """Why deliveries are not sent: state, reason and count, the most frequent first.

    Answers that differ only in addresses and ids are merged.
    """
    query = (
        select(Delivery.state, Delivery.reason, func.count())
        .where(Delivery.edition_id == edition_id)
        .where(Delivery.state.not_in((DeliveryState.SENT, DeliveryState.QUEUED)))
        .group_by(Delivery.state, Delivery.reason)
        .order_by(func.count().desc())
        .limit(MAX_REASONS)
    )
    counts = ((state.value, reason, count) for state, reason, count in session.execute(query))
    return grouped_by_reason(counts)[:limit]


def count_unsettled(session: Session, edition_id: int) -> int:
    """How many deliveries of an edition are not settled."""
    query = select(func.count()).select_from(Delivery)
    query = query.where(Delivery.edition_id == edition_id, Delivery.state.in_(WAITING))
    return session.scalars(query).one()


def _is_in(share: Share | None) -> list[ColumnElement[bool]]:
    if share is None:
        return []
    return [(Delivery.id % share.divisor).in_(share.remainders)]


def _is_due(now: datetime) -> Any:
    return or_(
        Delivery.state == DeliveryState.QUEUED,
        and_(Delivery.state == DeliveryState.DEFERRED, Delivery.next_attempt_at <= now),
    )


def _leave_out_excluded(
    session: Session, edition: Edition, taken: Sequence[ClaimedRow], now: datetime
) -> list[Claimed]:
    reason = exclusion(stream_of(edition.kind), now, edition.language)
    if not taken:
        return []
    people = [delivery.subscriber_id for delivery in taken]
    # A batch's subscribers mostly have adjacent ids: a range scan instead of reading all.
    who = (Subscriber.id, Subscriber.address, Subscriber.address_hash, Subscriber.name)
    query = select(*who, reason).where(
        Subscriber.id.between(min(people), max(people)),
        Subscriber.id.in_(numbers(session, people)),
    )
    rows: dict[int, Any] = {row[0]: row[1:] for row in session.connection().execute(query)}
    mailable: list[Claimed] = []
    for delivery in sorted(taken):
        address, address_hash, name, excluded = rows[delivery.subscriber_id]
        if excluded is None and address is not None:
            mailable.append(Claimed(*delivery, address, address_hash, name))
        else:
            _skip(session, delivery.id, excluded or "no address", now)
    return mailable


def _skip(session: Session, key: int, reason: str, now: datetime) -> None:
    statement = update(Delivery).where(Delivery.id == key)
    skipped = {"state": DeliveryState.SKIPPED, "reason": reason, "settled_at": now}
    session.execute(
        statement.values(lease_until=None, **skipped),
        execution_options={"synchronize_session": False},
    )
