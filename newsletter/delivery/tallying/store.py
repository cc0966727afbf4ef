"""The tally's queries. Never commits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from newsletter.database import MANY_BYTES
from newsletter.delivery.ledger.arrays import numbers
from newsletter.delivery.ledger.models import WAITING, Delivery, DeliveryState
from newsletter.delivery.tallying.changes import FIELDS, Settled
from newsletter.delivery.tallying.following import LOCK
from newsletter.delivery.tallying.models import OpenDelivery, TalliedEdition, Tally, TallyBits
from newsletter.editions.models import Edition
from subscribers.finding.bits import joined, pack, unpack

_NOTHING = literal(None, OpenDelivery.was.type)
SETTLED = tuple(state for state in DeliveryState if state not in WAITING)
COUNTED = (DeliveryState.SENT, DeliveryState.FAILED)
Row = tuple[int, int, int, DeliveryState | None, DeliveryState, datetime | None]


def hold_alone(session: Session) -> bool:
    """Keep settled deliveries as they are until this transaction ends; False: not now.

    Nobody waits for long: who holds it waits for nobody, and whoever finds it taken leaves.
    """
    # SQLite has one writer at a time anyhow.
    if session.get_bind().dialect.name == "sqlite":
        return True
    statement = text("SELECT pg_try_advisory_xact_lock(:key)")
    return bool(session.scalar(statement, {"key": LOCK}))


def state(session: Session) -> Tally:
    """How the tally is kept, as it stands in the database now."""
    query = select(Tally).execution_options(populate_existing=True)
    return session.scalars(query).one()


def is_spoiled(session: Session) -> bool:
    """Whether what was sent has been changed by hand: when somebody was last mailed is unknown."""
    was_sent = exists().where(OpenDelivery.was == DeliveryState.SENT)
    return bool(session.scalar(select(was_sent)))


def begin_anew(session: Session, zone: str) -> None:
    """Forget all that was taken in."""
    for table in (TalliedEdition, OpenDelivery, TallyBits):
        session.execute(delete(table))
    tally = state(session)
    tally.zone, tally.generation = zone, tally.generation + 1


def not_taken_in(session: Session) -> dict[int, int]:
    """The editions with deliveries beyond what is taken in: after which number."""
    is_whole = TalliedEdition.through >= TalliedEdition.last
    query = (
        select(Edition.id, func.coalesce(TalliedEdition.through, 0))
        .outerjoin(TalliedEdition, TalliedEdition.edition_id == Edition.id)
        .where(func.coalesce(is_whole, false()).is_(False), Edition.fanned_out_at.is_not(None))
        .order_by(Edition.id)
    )
    return dict(session.execute(query).all())


def with_open_ones(session: Session) -> list[int]:
    """The editions of which the ledger is asked for single deliveries."""
    return list(session.scalars(select(OpenDelivery.edition_id).distinct()))


def progress(session: Session, edition_id: int) -> TalliedEdition:
    """How far an edition is taken in; from now on it is kept.

    Its deliveries were written all at once, so neither end ever moves.
    """
    found = session.get(TalliedEdition, edition_id, populate_existing=True)
    if found is None:
        first, last = _ends(session, edition_id)
        found = TalliedEdition(edition_id=edition_id, through=first - 1, last=last)
        session.add(found)
    return found


def _ends(session: Session, edition_id: int) -> tuple[int, int]:
    """The first and the last number; one state after the other, each is a look into the index."""
    ends = [
        [
            select(end(Delivery.id))
            .where(Delivery.edition_id == edition_id, Delivery.state == state)
            .scalar_subquery()
            for state in DeliveryState
        ]
        for end in (func.min, func.max)
    ]
    found = session.execute(select(*ends[0], *ends[1])).one()
    known = [number for number in found if number is not None]
    return min(known, default=1), max(known, default=0)


def nth_waiting(session: Session, edition_id: int, after: int, last: int, n: int) -> int | None:
    """The number of a delivery that waits and has so many others that wait before it."""
    waiting = _in_states(WAITING, edition_id, after, last).subquery().c
    return session.scalar(select(waiting.id).order_by(waiting.id).offset(n).limit(1))


def last_settled(session: Session, edition_id: int, after: int, last: int) -> int:
    """The number of the last delivery that does not wait; where all do, that before them."""
    settled = _in_states(SETTLED, edition_id, after, last).subquery().c
    return session.scalar(select(func.max(settled.id))) or after


def open_waiting(session: Session, edition_id: int, after: int, last: int) -> None:
    """Have the ledger asked for those that wait."""
    waiting = _in_states(WAITING, edition_id, after, last).subquery().c
    columns = ["edition_id", "delivery_id", "subscriber_id", "was"]
    rows = select(waiting.edition_id, waiting.id, waiting.subscriber_id, waiting.was)
    session.execute(insert(OpenDelivery).from_select(columns, rows))


def count_open(session: Session, edition_id: int) -> int:
    query = select(func.count()).where(OpenDelivery.edition_id == edition_id)
    return session.scalars(query).one()


def settled_between(session: Session, edition_id: int, after: int, last: int) -> list[Settled]:
    """What was sent and what failed, but for the open ones."""
    is_open = exists().where(
        OpenDelivery.edition_id == Delivery.edition_id, OpenDelivery.delivery_id == Delivery.id
    )
    return _grouped(session, _in_states(COUNTED, edition_id, after, last, ~is_open))


def settled_after(session: Session, edition_id: int, after: int, most: int) -> list[Settled]:
    """What was sent and what failed beyond a number, of so many at most."""
    return _grouped(session, _in_states(COUNTED, edition_id, after, None).limit(most))


def open_ones(session: Session, most: int) -> list[Settled]:
    """What the ledger says of what is open, of so many at most."""
    return _grouped(session, _open().limit(most))


def open_of(session: Session, numbered: Collection[int], edition_id: int) -> list[Settled]:
    """What the ledger says of these open deliveries of an edition."""
    these = OpenDelivery.delivery_id.in_(numbers(session, numbered))
    return _grouped(session, _open().where(OpenDelivery.edition_id == edition_id, these))


def settled_meanwhile(session: Session, edition_id: int, most: int) -> Sequence[int]:
    """The open deliveries of an edition that wait no longer, so many at most."""
    is_waiting = exists().where(
        Delivery.id == OpenDelivery.delivery_id, Delivery.state.in_(WAITING)
    )
    query = select(OpenDelivery.delivery_id).where(OpenDelivery.edition_id == edition_id)
    return session.scalars(query.where(~is_waiting).limit(most)).all()


def close(session: Session, numbered: Collection[int], edition_id: int) -> None:
    """Ask the ledger for these deliveries no longer."""
    these = OpenDelivery.delivery_id.in_(numbers(session, numbered))
    session.execute(
        delete(OpenDelivery).where(OpenDelivery.edition_id == edition_id, these),
        execution_options={"synchronize_session": False},
    )


def slices_of_block(session: Session, block: int) -> dict[str, list[int]]:
    """The digits of every field, of a block of people."""
    query = select(TallyBits.field, TallyBits.digit, TallyBits.bits)
    found: dict[str, dict[int, int]] = {field: {} for field in FIELDS}
    for field, digit, packed in session.execute(query.where(TallyBits.block == block)):
        found[field][digit] = unpack(packed)
    return {field: _in_order(digits) for field, digits in found.items()}


def slices_of(session: Session, fields: Collection[str]) -> dict[str, list[int]]:
    """The digits of these fields, of everybody."""
    query = select(TallyBits.field, TallyBits.digit, TallyBits.block, TallyBits.bits)
    query = query.where(TallyBits.field.in_(fields))
    found: dict[str, dict[int, list[tuple[int, bytes]]]]
    found = {field: defaultdict(list) for field in fields}
    for field, digit, block, packed in session.execute(query, execution_options=MANY_BYTES):
        found[field][digit].append((block, packed))
    return {
        field: _in_order({digit: joined(blocks) for digit, blocks in digits.items()})
        for field, digits in found.items()
    }


def _in_order(digits: Mapping[int, int]) -> list[int]:
    return [digits.get(digit, 0) for digit in range(max(digits, default=-1) + 1)]


def write_block(session: Session, block: int, written: Mapping[tuple[str, int], int]) -> None:
    """Keep digits of fields, of a block of people."""
    at = [{"f": field, "d": digit, "b": block} for field, digit in written]
    if not at:
        return
    session.connection().execute(
        delete(TallyBits).where(
            TallyBits.field == bindparam("f"),
            TallyBits.digit == bindparam("d"),
            TallyBits.block == bindparam("b"),
        ),
        at,
    )
    rows = [
        {"field": field, "digit": digit, "block": block, "bits": pack(bits)}
        for (field, digit), bits in written.items()
        if bits
    ]
    if rows:
        session.connection().execute(insert(TallyBits), rows)


def _in_states(
    states: Iterable[DeliveryState],
    edition_id: int,
    after: int,
    last: int | None,
    *conditions: ColumnElement[bool],
) -> CompoundSelect[*Row]:
    """Deliveries of an edition beyond a number, up to another, of which nothing is in the tally."""
    # One state after the other, each a walk along the index of states: PostgreSQL, which knows
    # nothing of an edition so new, would else look at every delivery of it.
    is_between = [Delivery.edition_id == edition_id, Delivery.id > after]
    if last is not None:
        is_between.append(Delivery.id <= last)
    return union_all(
        *(
            select(
                Delivery.edition_id,
                Delivery.id,
                Delivery.subscriber_id,
                _NOTHING.label("was"),
                Delivery.state,
                Delivery.settled_at,
            ).where(Delivery.state == state, *is_between, *conditions)
            for state in states
        )
    )


def _open() -> Select[*Row]:
    """The open deliveries with what the ledger says of them now."""
    # Looked up one by one: to join them, the database may well choose to walk through the ledger.
    state, settled_at = (
        select(column).where(Delivery.id == OpenDelivery.delivery_id).scalar_subquery()
        for column in (Delivery.state, Delivery.settled_at)
    )
    return select(
        OpenDelivery.edition_id,
        OpenDelivery.delivery_id,
        OpenDelivery.subscriber_id,
        OpenDelivery.was,
        state.label("state"),
        settled_at.label("settled_at"),
    )


def _grouped(session: Session, rows: Select[*Row] | CompoundSelect[*Row]) -> list[Settled]:
    """The people of each history, as one text: to read a row for each would take far longer."""
    row = rows.subquery().c
    alike = (row.edition_id, row.was, row.state, row.settled_at)
    people = func.aggregate_strings(cast(row.subscriber_id, Text), ",")
    return [
        Settled(
            edition_id=edition_id,
            was=was,
            state=state,
            settled_at=settled_at,
            people=[int(person) for person in listed.split(",")],
        )
        for edition_id, was, state, settled_at, listed in session.execute(
            select(*alike, people).group_by(*alike)
        )
    ]
