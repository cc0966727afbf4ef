"""Mail statistics per subscriber: mails received, time of the last one, failed mails.

Opens are not tracked.

Each delivery is in exactly one of three sets, and moves between them in one transaction:

- *ahead*: beyond `CountedEdition.through` of its edition, or the edition has no such row;
- *uncounted*: an `UncountedDelivery`, since its state was not final when its batch was counted, or
  it has been queued again since;
- *counted*: all others. It is SENT, FAILED or SKIPPED and included in `MailStatistics`.

The measures add the first two sets from the ledger to the statistics, so they are always exact and
counting may stop after any batch. Workers settle only deliveries without a final state, which are
never counted. No delivery leaves SENT or SKIPPED; whatever takes one out of FAILED calls
`uncount_failed` first, in the same transaction.

On PostgreSQL an advisory lock keeps deliveries in their sets until the transaction ends: shared by
writing transactions that query, exclusive to those that move deliveries. Read-only ones see one
snapshot, as on SQLite, which has one writer at a time.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from newsletter.database import Database, insert_of
from newsletter.delivery.ledger.models import (
    CountedEdition,
    Delivery,
    DeliveryState,
    MailStatistics,
    UncountedDelivery,
)
from newsletter.editions.models import Edition, EditionState
from subscribers.segments.compiling import Measure

FINAL = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED)
# Only ended editions are counted: the deliveries of others change all the time.
ENDED = (EditionState.SENT, EditionState.CANCELLED)
# A batch holds SQLite's lock for writing for less than 50 ms.
BATCH_SIZE = 1_000
_LOCK_KEY = 7_203_098
_LOCK = text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=_LOCK_KEY)
_LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(:key)").bindparams(key=_LOCK_KEY)

_IS_SENT = Delivery.state == DeliveryState.SENT
_IS_FAILED = Delivery.state == DeliveryState.FAILED
_RECEIVED = case((_IS_SENT, 1), else_=0)
_BOUNCED = case((_IS_FAILED, 1), else_=0)
_MAILED_AT = case((_IS_SENT, Delivery.settled_at))
_UNCOUNTED = select(UncountedDelivery.delivery_id)


def measures(session: Session) -> Mapping[str, Measure]:
    """The measured fields of segments, valid for this transaction."""
    if not (_is_sqlite(session) or _sees_one_snapshot(session)):
        session.execute(_LOCK_SHARED)
    counted = select(
        MailStatistics.subscriber_id,
        MailStatistics.received,
        MailStatistics.last_mailed_at,
        MailStatistics.bounced,
    )
    # One subquery per edition: else the planner reads the whole ledger.
    others = [_beyond(*progress) for progress in _not_whole(session)]
    if session.scalar(select(_UNCOUNTED.exists())):
        others.append(_contributions().where(Delivery.id.in_(_UNCOUNTED)))
    # Without a union the table is grouped by its primary key, without a sort.
    totals = (union_all(counted, *others) if others else counted).subquery("statistics").c
    return {
        "received": Measure(
            subscriber=totals.subscriber_id,
            value=func.sum(totals.received),
            among=totals.received > 0,
        ),
        "mailed": Measure(
            subscriber=totals.subscriber_id,
            value=func.max(totals.last_mailed_at),
            among=totals.last_mailed_at.is_not(None),
        ),
        "bounced": Measure(
            subscriber=totals.subscriber_id,
            value=func.sum(totals.bounced),
            among=totals.bounced > 0,
        ),
    }


def count_batch(database: Database, batch: int = BATCH_SIZE) -> int:
    """Count one batch of deliveries; returns how many were examined, 0 when none are left."""
    with database.write() as session:
        if not _is_sqlite(session):
            session.execute(_LOCK)
        return _count_settled(session, batch) or _count_next(session, batch)


def uncount_failed(session: Session, edition_id: int, condition: ColumnElement[bool]) -> None:
    """Take failed deliveries of an edition out of the statistics, before they are queued again."""
    if not _is_sqlite(session):
        session.execute(_LOCK)
    progress = session.get(CountedEdition, edition_id, populate_existing=True)
    if progress is None:
        return
    counted = and_(
        Delivery.edition_id == edition_id,
        Delivery.subscriber_id <= progress.through,
        _IS_FAILED,
        condition,
        Delivery.id.not_in(_UNCOUNTED),
    )
    session.execute(
        update(MailStatistics)
        .where(MailStatistics.subscriber_id.in_(select(Delivery.subscriber_id).where(counted)))
        .values(bounced=MailStatistics.bounced - 1),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        insert(UncountedDelivery).from_select(["delivery_id"], select(Delivery.id).where(counted))
    )


def _not_whole(session: Session) -> list[tuple[int, int]]:
    """The editions not yet counted whole, with their progress."""
    query = (
        select(Edition.id, func.coalesce(CountedEdition.through, 0))
        .outerjoin(CountedEdition, CountedEdition.edition_id == Edition.id)
        .where(Edition.fanned_out_at.is_not(None))
        .where(or_(CountedEdition.is_whole.is_(None), CountedEdition.is_whole.is_(False)))
        .order_by(Edition.id)
    )
    return [(number, through) for number, through in session.execute(query)]


def _contributions() -> Select[int, int, datetime | None, int]:
    """One row for each delivery that contributes to the statistics."""
    return select(
        Delivery.subscriber_id,
        _RECEIVED.label("received"),
        _MAILED_AT.label("last_mailed_at"),
        _BOUNCED.label("bounced"),
    ).where(Delivery.state.in_((DeliveryState.SENT, DeliveryState.FAILED)))


def _beyond(edition_id: int, through: int) -> Select[int, int, datetime | None, int]:
    return _contributions().where(
        Delivery.edition_id == edition_id, Delivery.subscriber_id > through
    )


def _count_settled(session: Session, batch: int) -> int:
    """Count uncounted deliveries whose state has become final."""
    # No join: SQLite, which has no statistics of its tables, would read the whole ledger for it.
    is_final = select(Delivery.id).where(
        Delivery.id == UncountedDelivery.delivery_id, Delivery.state.in_(FINAL)
    )
    query = select(UncountedDelivery.delivery_id).where(is_final.exists()).limit(batch)
    settled = session.scalars(query).all()
    if settled:
        _add(session, Delivery.id.in_(settled))
        session.execute(
            delete(UncountedDelivery).where(UncountedDelivery.delivery_id.in_(settled)),
            execution_options={"synchronize_session": False},
        )
    return len(settled)


def _count_next(session: Session, batch: int) -> int:
    """Examine the next deliveries of an ended edition."""
    ended = set(session.scalars(select(Edition.id).where(Edition.state.in_(ENDED))))
    ended_edition = next(
        (progress for progress in _not_whole(session) if progress[0] in ended), None
    )
    if ended_edition is None:
        return 0
    edition_id, through = ended_edition
    following = (
        select(Delivery.subscriber_id)
        .where(Delivery.edition_id == edition_id, Delivery.subscriber_id > through)
        .order_by(Delivery.subscriber_id)
        .limit(batch)
        .subquery()
    )
    count, last = session.execute(select(func.count(), func.max(following.c.subscriber_id))).one()
    looked_at = and_(
        Delivery.edition_id == edition_id,
        Delivery.subscriber_id > through,
        Delivery.subscriber_id <= (last or through),
    )
    # Non-final ones first: a delivery that a worker settles between the two statements is then
    # uncounted, and not counted by the second as well.
    session.execute(
        insert(UncountedDelivery).from_select(
            ["delivery_id"],
            select(Delivery.id).where(looked_at, Delivery.state.not_in(FINAL)),
        )
    )
    _add(session, looked_at & Delivery.id.not_in(_UNCOUNTED))
    session.merge(
        CountedEdition(edition_id=edition_id, through=last or through, is_whole=count < batch)
    )
    # An edition without further deliveries was examined too.
    return max(int(count), 1)


def _add(session: Session, condition: ColumnElement[bool]) -> None:
    """Add deliveries to the statistics."""
    added = (
        select(
            Delivery.subscriber_id,
            func.sum(_RECEIVED),
            func.max(_MAILED_AT),
            func.sum(_BOUNCED),
        )
        .where(condition, Delivery.state.in_((DeliveryState.SENT, DeliveryState.FAILED)))
        .group_by(Delivery.subscriber_id)
        .order_by(Delivery.subscriber_id)
    )
    names = ["subscriber_id", "received", "last_mailed_at", "bounced"]
    statement = insert_of(session, MailStatistics).from_select(names, added)
    new = statement.excluded
    later = case(
        (MailStatistics.last_mailed_at > new.last_mailed_at, MailStatistics.last_mailed_at),
        else_=func.coalesce(new.last_mailed_at, MailStatistics.last_mailed_at),
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["subscriber_id"],
            set_={
                "received": MailStatistics.received + new.received,
                "last_mailed_at": later,
                "bounced": MailStatistics.bounced + new.bounced,
            },
        )
    )


def _sees_one_snapshot(session: Session) -> bool:
    options = session.connection().get_execution_options()
    return options.get("isolation_level") == "REPEATABLE READ"


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
