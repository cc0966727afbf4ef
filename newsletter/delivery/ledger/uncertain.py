"""The ledger's queries for resolving, retrying and cancelling deliveries. Never commits."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session

from newsletter.config.tables.sending import UncertainPolicy
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.delivery.ledger.statistics import uncount_failed
from newsletter.editions.models import Edition, EditionState
from newsletter.transports.verdicts import REFUSES_US

CANCELLED = "the edition was cancelled"
# Reason of uncertain deliveries left as failed: they may have arrived, so are never retried.
LEFT = "left by decision: it may have arrived"


def resolve_uncertain(
    session: Session, edition_id: int, *, resend: bool, now: datetime, delivery: int | None = None
) -> int:
    """Settle an edition's uncertain deliveries by a person's decision; returns how many.

    Args:
        delivery: only this one; None: all.
    """
    state = DeliveryState.QUEUED if resend else DeliveryState.FAILED
    reason = "sent again by decision" if resend else LEFT
    resolved = session.scalars(
        update(Delivery)
        .where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.UNCERTAIN)
        .where(*_only(delivery))
        .values(
            state=state,
            reason=reason,
            worker="",
            deferred_since=None,
            settled_at=None if resend else now,
        )
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(resolved.all())


def resend_uncertain(session: Session, edition_id: int) -> int:
    """Queue an edition's uncertain deliveries by its policy, each once; returns how many."""
    resent = session.scalars(
        update(Delivery)
        .where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.UNCERTAIN)
        .where(Delivery.resent.is_(False))
        .values(
            state=DeliveryState.QUEUED,
            reason="sent again by policy",
            worker="",
            resent=True,
            deferred_since=None,
            settled_at=None,
        )
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(resent.all())


def editions_to_resolve(session: Session) -> list[Edition]:
    """The editions whose policy settles their uncertain deliveries."""
    doubted = exists().where(
        Delivery.edition_id == Edition.id, Delivery.state == DeliveryState.UNCERTAIN
    )
    query = select(Edition).where(
        Edition.uncertain != UncertainPolicy.ASK, Edition.state != EditionState.CANCELLED, doubted
    )
    return list(session.scalars(query))


def requeue_failed(
    session: Session,
    edition_id: int,
    delivery: int | None = None,
    *,
    since: datetime | None = None,
) -> int:
    """Queue failed deliveries again with attempts reset; returns how many.

    Args:
        delivery: only this one; None: all.
        since: only those that failed at this time or later.
    """
    chosen = [Delivery.reason != LEFT, *_only(delivery)]
    if since is not None:
        chosen.append(Delivery.settled_at >= since)
    uncount_failed(session, edition_id, and_(*chosen))
    requeued = session.scalars(
        update(Delivery)
        .where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.FAILED)
        .where(*chosen)
        .values(
            state=DeliveryState.QUEUED,
            attempts=0,
            worker="",
            deferred_since=None,
            settled_at=None,
        )
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(requeued.all())


def _only(delivery: int | None) -> list[ColumnElement[bool]]:
    return [] if delivery is None else [Delivery.id == delivery]


def requeue_blocked(session: Session, edition_id: int) -> int:
    """Queue deliveries deferred because the sender was refused; returns how many."""
    requeued = session.scalars(
        update(Delivery)
        .where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.DEFERRED)
        .where(Delivery.verdict.in_(REFUSES_US))
        .values(state=DeliveryState.QUEUED, attempts=0, worker="", deferred_since=None)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(requeued.all())


def skip_cancelled(session: Session, now: datetime) -> int:
    """Skip the waiting deliveries of cancelled editions; returns how many.

    Called again after a worker releases claims that it held when its edition was cancelled.
    """
    cancelled = select(Edition.id).where(Edition.state == EditionState.CANCELLED)
    skipped = session.scalars(
        update(Delivery)
        .where(Delivery.edition_id.in_(cancelled))
        .where(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED)))
        .values(state=DeliveryState.SKIPPED, reason=CANCELLED, settled_at=now)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(skipped.all())
