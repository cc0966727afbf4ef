"""The ledger's queries: fan-out, claim, settle, recover, count. Never commits.

Law: a row exists before any hand-over, one for each edition and subscriber. Whether somebody may
be mailed is asked in the fan-out and again at claim.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from newsletter.delivery.models import WAITING, Delivery, DeliveryState
from newsletter.delivery.retry import Settlement
from newsletter.editions.models import Edition, EditionKind, EditionState, VariantChoice
from subscribers.audience import Stream, eligible, exclusion
from subscribers.models import Subscriber


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A delivery that this worker, and no other, may hand over."""

    id: int
    subscriber_id: int
    variant_id: int
    attempts: int
    address: str
    name: str


def stream_of(kind: EditionKind) -> Stream:
    return Stream.DIGEST if kind is EditionKind.DIGEST else Stream.BULLETIN


def fan_out(session: Session, edition: Edition, now: datetime) -> int:
    """Write a delivery for everybody who is to get the edition; how many.

    Needs the edition's variants and the choices mapped to them. Doing it twice adds nobody:
    the caller records `fanned_out_at` in the same transaction.
    """
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
        .where(VariantChoice.edition_id == edition.id, eligible(stream_of(edition.kind), now))
    )
    columns = ["edition_id", "subscriber_id", "variant_id", "state", "reason", "attempts", "worker"]
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
) -> list[Claimed]:
    """Take deliveries that are due, for this worker alone, until the lease ends.

    Those whose subscriber may no longer be mailed are settled as skipped on the way, so fewer
    than `limit` may come back while more are due; `count_due` tells.
    """
    due = (
        select(Delivery.id)
        .join(Edition, Edition.id == Delivery.edition_id)
        .where(Delivery.edition_id == edition.id, _is_due(now))
        .where(Edition.state == EditionState.SENDING)
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    claimed = session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(due.scalar_subquery()))
        .values(state=DeliveryState.CLAIMED, worker=worker, lease_until=now + lease)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    ).all()
    return _leave_out_excluded(session, edition, claimed, now)


def count_due(session: Session, edition_id: int, now: datetime) -> int:
    """How many deliveries could be claimed now."""
    query = select(func.count()).select_from(Delivery)
    return session.scalars(query.where(Delivery.edition_id == edition_id, _is_due(now))).one()


def next_attempt(session: Session, edition_id: int) -> datetime | None:
    """When the first deferred delivery is due again."""
    query = select(func.min(Delivery.next_attempt_at))
    return session.scalar(
        query.where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.DEFERRED)
    )


def settle(
    session: Session, worker: str, settlements: Mapping[int, Settlement], now: datetime
) -> None:
    """Record what became of deliveries that this worker claimed.

    A delivery whose lease ended meanwhile stands as uncertain and is settled all the same; one
    that another worker has since taken is left to it.
    """
    if not settlements:
        return
    statement = (
        update(Delivery)
        .where(Delivery.id == bindparam("key"), Delivery.worker == worker)
        .where(
            # Not in_(): it cannot be executed for many rows at once.
            or_(
                Delivery.state == DeliveryState.CLAIMED,
                Delivery.state == DeliveryState.UNCERTAIN,
            )
        )
        .values(
            state=bindparam("new_state"),
            reason=bindparam("new_reason"),
            attempts=bindparam("new_attempts"),
            next_attempt_at=bindparam("next_at"),
            settled_at=now,
            lease_until=None,
        )
    )
    rows: list[dict[str, Any]] = [
        {
            "key": key,
            "new_state": s.state,
            "new_reason": s.reason,
            "new_attempts": s.attempts,
            "next_at": s.next_attempt_at,
        }
        for key, s in settlements.items()
    ]
    session.connection().execute(statement, rows)


def release(session: Session, worker: str, keys: Iterable[int] | None = None) -> None:
    """Give back deliveries that were claimed and certainly not handed over."""
    statement = (
        update(Delivery)
        .where(Delivery.worker == worker, Delivery.state == DeliveryState.CLAIMED)
        .values(state=DeliveryState.QUEUED, worker="", lease_until=None)
    )
    if keys is not None:
        statement = statement.where(Delivery.id.in_(list(keys)))
    session.execute(statement, execution_options={"synchronize_session": False})


def claimed_by(session: Session, worker: str) -> dict[int, int]:
    """The deliveries a worker still has claimed, with the attempts made before."""
    query = select(Delivery.id, Delivery.attempts).where(
        Delivery.worker == worker, Delivery.state == DeliveryState.CLAIMED
    )
    return dict(session.execute(query).all())


def doubt_expired(session: Session, now: datetime) -> int:
    """Mark what dead workers elsewhere left behind as uncertain; how many.

    Their journals are on their machines: whether they handed a mail over cannot be known here.
    """
    expired = session.scalars(
        update(Delivery)
        .where(Delivery.state == DeliveryState.CLAIMED, Delivery.lease_until < now)
        .values(
            state=DeliveryState.UNCERTAIN,
            reason="its worker fell silent",
            settled_at=now,
            lease_until=None,
        )
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(expired.all())


def resolve_uncertain(session: Session, edition_id: int, *, resend: bool, now: datetime) -> int:
    """Settle an edition's uncertain deliveries by a person's word; how many."""
    state = DeliveryState.QUEUED if resend else DeliveryState.FAILED
    reason = "sent again by decision" if resend else "left by decision: it may have arrived"
    resolved = session.scalars(
        update(Delivery)
        .where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.UNCERTAIN)
        .values(state=state, reason=reason, worker="", settled_at=None if resend else now)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(resolved.all())


def skip_waiting(session: Session, edition_id: int, reason: str, now: datetime) -> int:
    """Settle what a cancelled edition has not handed over as skipped; how many."""
    skipped = session.scalars(
        update(Delivery)
        .where(Delivery.edition_id == edition_id)
        .where(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED)))
        .values(state=DeliveryState.SKIPPED, reason=reason, settled_at=now)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(skipped.all())


def counts(session: Session, edition_id: int) -> dict[DeliveryState, int]:
    """How many deliveries of an edition stand in each state; they add up to its audience."""
    query = (
        select(Delivery.state, func.count())
        .where(Delivery.edition_id == edition_id)
        .group_by(Delivery.state)
    )
    return dict(session.execute(query).all())


def reasons(session: Session, edition_id: int, limit: int = 20) -> list[tuple[str, str, int]]:
    """Why deliveries did not go out: state, reason, count; the commonest first."""
    query = (
        select(Delivery.state, Delivery.reason, func.count())
        .where(Delivery.edition_id == edition_id)
        .where(Delivery.state.not_in((DeliveryState.SENT, DeliveryState.QUEUED)))
        .group_by(Delivery.state, Delivery.reason)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [(state.value, reason, count) for state, reason, count in session.execute(query)]


def waiting(session: Session, edition_id: int) -> int:
    """How many deliveries are not settled."""
    query = select(func.count()).select_from(Delivery)
    query = query.where(Delivery.edition_id == edition_id, Delivery.state.in_(WAITING))
    return session.scalars(query).one()


def _is_due(now: datetime) -> Any:
    return or_(
        Delivery.state == DeliveryState.QUEUED,
        and_(Delivery.state == DeliveryState.DEFERRED, Delivery.next_attempt_at <= now),
    )


def _leave_out_excluded(
    session: Session, edition: Edition, claimed: Sequence[int], now: datetime
) -> list[Claimed]:
    reason = exclusion(stream_of(edition.kind), now)
    query = (
        select(Delivery, Subscriber.address, Subscriber.name, reason)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.id.in_(claimed))
        .order_by(Delivery.id)
    )
    mailable: list[Claimed] = []
    for delivery, address, name, excluded in session.execute(query):
        if excluded is not None or address is None:
            delivery.state, delivery.reason = DeliveryState.SKIPPED, excluded or "no address"
            delivery.settled_at, delivery.lease_until = now, None
            continue
        mailable.append(
            Claimed(
                id=delivery.id,
                subscriber_id=delivery.subscriber_id,
                variant_id=delivery.variant_id,
                attempts=delivery.attempts,
                address=address,
                name=name,
            )
        )
    session.flush()
    return mailable
