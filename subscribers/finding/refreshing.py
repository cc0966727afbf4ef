"""Bringing the index up to date, a batch at a time; nobody who signs up waits for it.

What is new is worked out beside the database and written in one short transaction. Two who do it
at once are no harm: only the one that began last may write.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from newsletter.database import Database
from subscribers.finding import texts
from subscribers.finding.bits import bits_of, digits, equal, pack, unpack, without
from subscribers.finding.models import (
    PeopleBits,
    PeopleChange,
    PeopleIndex,
    PeopleMark,
    PeopleValue,
)
from subscribers.finding.portraits import EVERYONE, Portrait, changed_people
from subscribers.models import Subscriber

AT_ONCE = 20_000
DUE_CHANGES = 1_000
DUE_AFTER = timedelta(minutes=30)
# More than this of one field would cost more to keep than to count.
MOST_VALUES = 4_096
MOST_NAMES = 500
MOST_FIELDS = 100


def refresh_due(database: Database, zone: ZoneInfo, now: datetime) -> int:
    """Take in all changes if they are many, or the index is old; how many people."""
    with database.read() as session:
        if not _is_due(session, zone, now):
            return 0
    return refresh(database, zone, now)


def refresh(database: Database, zone: ZoneInfo, now: datetime) -> int:
    """Take in every change; how many people."""
    total = 0
    while (taken := _refresh_batch(database, zone, now)) is not None:
        total += taken
    return total


def _is_due(session: Session, zone: ZoneInfo, now: datetime) -> bool:
    noted = select(PeopleChange.id).limit(DUE_CHANGES).subquery()
    count = session.scalars(select(func.count()).select_from(noted)).one()
    index = state(session)
    is_old = index.refreshed_at is None or now - index.refreshed_at >= DUE_AFTER
    return count >= DUE_CHANGES or (count > 0 and is_old) or index.zone != str(zone)


def state(session: Session) -> PeopleIndex:
    """How far the index is, as it stands in the database now."""
    query = select(PeopleIndex).execution_options(populate_existing=True)
    return session.scalars(query).one()


def _refresh_batch(database: Database, zone: ZoneInfo, now: datetime) -> int | None:
    """One batch; None where there is nothing to do, or somebody else has begun to."""
    with database.write() as session:
        claim = _claim(session, zone)
    if claim is None:
        return None
    with database.read() as session:
        batch = _Batch(session, claim, zone)
    with database.write() as session:
        finished = update(PeopleIndex).where(PeopleIndex.claimed == claim).values(refreshed_at=now)
        if session.execute(finished.returning(PeopleIndex.id)).first() is None:
            return None
        batch.write(session)
        session.execute(delete(PeopleChange).where(PeopleChange.claim == claim))
    return len(batch.people)


def _claim(session: Session, zone: ZoneInfo) -> int | None:
    index = session.scalars(select(PeopleIndex).with_for_update()).one()
    if index.zone != str(zone):
        _begin_anew(session, index, zone)
    first = select(PeopleChange.id).order_by(PeopleChange.id).limit(AT_ONCE)
    claim = index.claimed + 1
    taken = update(PeopleChange).where(PeopleChange.id.in_(first)).values(claim=claim)
    options = {"synchronize_session": False}
    if not session.execute(taken.returning(PeopleChange.id), execution_options=options).first():
        return None
    index.claimed = claim
    return claim


def _begin_anew(session: Session, index: PeopleIndex, zone: ZoneInfo) -> None:
    """Days are kept as days of one zone: in another one, all are others."""
    for table in (PeopleBits, PeopleValue, PeopleMark, PeopleChange):
        session.execute(delete(table))
    everybody = select(Subscriber.id).order_by(Subscriber.id)
    session.execute(insert(PeopleChange).from_select(["subscriber_id"], everybody))
    index.zone, index.left_out, index.generation = str(zone), [], index.generation + 1


class _Batch:
    """What is to be written about the people of one claim."""

    def __init__(self, session: Session, claim: int, zone: ZoneInfo) -> None:
        self._claim = claim
        self.people = changed_people(session, claim, zone)
        self._left_out = set(state(session).left_out)
        self._codes = _codes(session)
        self._new_values: list[dict[str, object]] = []
        self._bits: list[dict[str, object]] = []
        self._unused: list[tuple[str, int]] = []
        noted = select(PeopleChange.subscriber_id).where(PeopleChange.claim == claim)
        self._numbers = set(session.scalars(noted))
        self._mask = bits_of(self._numbers)
        self._work_out(session)

    def write(self, session: Session) -> None:
        """Write it all, in the caller's transaction."""
        index = session.scalars(select(PeopleIndex)).one()
        index.generation, index.left_out = index.generation + 1, sorted(self._left_out)
        if self._bits:
            at = [{"f": row["field"], "p": row["part"]} for row in self._bits]
            _delete_bits(session, at)
            written = [row for row in self._bits if row["bits"] is not None]
            if written:
                session.execute(insert(PeopleBits), written)
        if self._new_values:
            session.execute(insert(PeopleValue), self._new_values)
        for field, code in self._unused:
            one = delete(PeopleValue).where(PeopleValue.field == field, PeopleValue.code == code)
            session.execute(one)
        if self._left_out:
            for table in (PeopleBits, PeopleValue):
                session.execute(delete(table).where(table.field.in_(self._left_out)))
        texts.write(session, self._claim, self.people)

    def _work_out(self, session: Session) -> None:
        """The bits of every field, one field after the other."""
        parts = self._parts()
        known = session.execute(select(PeopleBits.field).distinct()).scalars().all()
        for field in sorted({*known, *parts} - self._left_out):
            self._patch(session, field, parts.get(field, {}))

    def _patch(self, session: Session, field: str, parts: dict[str, list[int]]) -> None:
        query = select(PeopleBits.part, PeopleBits.bits).where(PeopleBits.field == field)
        before = {part: unpack(packed) for part, packed in session.execute(query)}
        after: dict[str, int] = {}
        for part in {*before, *parts}:
            old = before.get(part, 0)
            after[part] = without(old, self._mask) | bits_of(parts.get(part, ()))
            if after[part] != old:
                packed = pack(after[part]) if after[part] else None
                self._bits.append({"field": field, "part": part, "bits": packed})
        if len(after) > MOST_NAMES:
            self._left_out.add(field)
        if self._codes.get(field):
            self._find_unused(field, before, after)

    def _find_unused(self, field: str, before: dict[str, int], after: dict[str, int]) -> None:
        """Values that nobody has any longer: they may say who somebody was."""
        slices_before, slices_after = in_order(before), in_order(after)
        everyone = -1
        for code in _codes_at(slices_before, self._numbers):
            if not equal(slices_after, code, everyone):
                self._unused.append((field, code))

    def _parts(self) -> dict[str, dict[str, list[int]]]:
        """Whose bits are 1, by field and part."""
        parts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        numbers: dict[tuple[str, int], list[int]] = defaultdict(list)
        for person in self.people:
            if not person.is_erased:
                parts[EVERYONE][""].append(person.id)
            for field, name in person.names:
                parts[field][name].append(person.id)
            for field, number in self._numbers_of(person):
                numbers[field, number].append(person.id)
        for (field, number), people in numbers.items():
            for digit in digits(number):
                parts[field][str(digit)].extend(people)
        return parts

    def _numbers_of(self, person: Portrait) -> Iterable[tuple[str, int]]:
        yield from ((field, number) for field, number in person.days.items())
        for field, text in person.texts.items():
            if field not in self._left_out and (code := self._code(field, text)):
                yield field, code

    def _code(self, field: str, text: str) -> int:
        """The number of a value; 0 where its field has become too large to be kept."""
        codes = self._codes.setdefault(field, {})
        if text in codes:
            return codes[text]
        if len(codes) >= MOST_VALUES or len(self._codes) > MOST_FIELDS:
            self._left_out.add(field)
            return 0
        codes[text] = max(codes.values(), default=0) + 1
        self._new_values.append({"field": field, "value": text, "code": codes[text]})
        return codes[text]


def in_order(parts: dict[str, int]) -> list[int]:
    """The digits of a field, the lowest first."""
    highest = max((int(part) for part in parts), default=-1)
    return [parts.get(str(digit), 0) for digit in range(highest + 1)]


def _codes(session: Session) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for value in session.scalars(select(PeopleValue)):
        found[value.field][value.value] = value.code
    return found


def _codes_at(slices: list[int], numbers: Iterable[int]) -> set[int]:
    """Every value but 0 that one of these subscribers has."""
    written = [bits.to_bytes((bits.bit_length() + 7) // 8, "little") for bits in slices]
    found = set()
    for number in numbers:
        at, bit = number >> 3, number & 7
        found.add(
            sum(
                (data[at] >> bit & 1) << digit
                for digit, data in enumerate(written)
                if at < len(data)
            )
        )
    return found - {0}


def _delete_bits(session: Session, at: list[dict[str, object]]) -> None:
    statement = delete(PeopleBits).where(
        PeopleBits.field == bindparam("f"), PeopleBits.part == bindparam("p")
    )
    session.connection().execute(statement, at)
