"""How many people a segment has, by the bits of the index; by the list where it cannot be told.

The bits answer for all who have not changed since they were written; the others are asked of the
list itself. So a count is right at every moment. What other rooms measure, they are asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import store
from subscribers.finding import measured
from subscribers.finding.bits import among, bits_of, equal, unpack, without
from subscribers.finding.comparing import by_day
from subscribers.finding.models import PeopleBits, PeopleChange, PeopleIndex, PeopleValue
from subscribers.finding.portraits import EVERYONE, is_kept, number_of
from subscribers.finding.refreshing import in_order, state
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments import store as segments
from subscribers.segments.compiling import MOMENTS, Asking, day_of, text_test
from subscribers.segments.expressions import All, Any, Comparison, Empty, Expression, Not, Value
from subscribers.segments.fields import Kind, Operator, known_field
from subscribers.segments.parsing import parse

# Where more than this have changed, reading the whole list is not much dearer.
MOST_CHANGED = 20_000
TRIES = 3
Answer = TypeVar("Answer")


class NotKeptError(LookupError):
    """The index does not keep what is asked."""


def count(session: Session, text: str, asking: Asking) -> int:
    """How many people an expression means now.

    Raises:
        InvalidInput: it cannot be understood, or asks for a measure that was not handed in.
    """
    expression = parse(text)
    members = segments.members_of(expression, asking)

    def ask(kept: "_Kept") -> int:
        known = measured.answers(session, expression, asking, kept.everyone | kept.changed)
        if known is None:
            raise NotKeptError(text)
        kept.known = known
        found = _found(expression, kept, asking)
        noted = Subscriber.id.in_(select(PeopleChange.subscriber_id))
        of_noted = replace(asking, known=measured.conditions(known, kept.noted))
        changed = segments.members_of(expression, of_noted) & noted
        return found.bit_count() + segments.count(session, changed)

    counted = _ask(session, ask, asking)
    return segments.count(session, members) if counted is None else counted


def count_by_status(session: Session) -> dict[SubscriberStatus, int]:
    """How many people there are in each status that anybody has."""

    def ask(kept: "_Kept") -> dict[SubscriberStatus, int]:
        noted = Subscriber.id.in_(select(PeopleChange.subscriber_id))
        changed = store.count_by_status(session, noted)
        counts = {s: kept.count_of(s) + changed.get(s, 0) for s in SubscriberStatus}
        return {status: count for status, count in counts.items() if count}

    counts = _ask(session, ask)
    return store.count_by_status(session) if counts is None else counts


def _ask(
    session: Session, ask: Callable[["_Kept"], Answer], asking: Asking | None = None
) -> Answer | None:
    """What the index answers; None where it cannot, or is written all the time."""
    for _ in range(TRIES):
        index = state(session)
        if asking is not None and index.zone != str(asking.zone):
            return None
        changed = _changed(session)
        if changed is None:
            return None
        try:
            answer = ask(_Kept(session, index, changed))
        except NotKeptError:
            return None
        # In a writing block on PostgreSQL each statement sees what has been written by then.
        if session.scalar(select(PeopleIndex.generation)) == index.generation:
            return answer
    return None


def _changed(session: Session) -> set[int] | None:
    """Who has changed since the bits were written; None where they are too many."""
    rows = session.scalars(select(PeopleChange.subscriber_id).limit(MOST_CHANGED + 1)).all()
    return None if len(rows) > MOST_CHANGED else set(rows)


class _Kept:
    """The bits of those who have not changed, each field read when it is asked for."""

    def __init__(self, session: Session, index: PeopleIndex, noted: set[int]) -> None:
        self._session = session
        self._left_out = index.left_out
        self.changed = bits_of(noted)
        self._fields: dict[str, list[int]] = {}
        self.noted = noted
        self.everyone = without(self._read(EVERYONE).get("", 0), self.changed)
        self.known: measured.Answers = {}

    def digits(self, field: str) -> list[int]:
        """The digits of a field's values.

        Raises:
            NotKeptError: it has too many values.
        """
        self._check(field)
        if field not in self._fields:
            self._fields[field] = in_order(self._read(field))
        return self._fields[field]

    def named(self, field: str, *names: str) -> int:
        """Those who chose one of these; an empty name: who chose none.

        Raises:
            NotKeptError: it has too many names.
        """
        self._check(field)
        found = 0
        for bits in self._read(field, names).values():
            found |= bits
        return found & self.everyone

    def having(self, field: str, operator: Operator, value: str) -> int:
        """Those for whom the test of a text holds."""
        digits = self.digits(field)
        if not value:
            is_blank = operator is Operator.EQUAL
            return equal(digits, 0, self.everyone) if is_blank else self.everyone
        return among(digits, self._codes(field, operator, value), self.everyone)

    def count_of(self, status: SubscriberStatus) -> int:
        """How many have a status, the erased too."""
        codes = self._codes("status", Operator.EQUAL, status.value)
        return without(among(self.digits("status"), codes, -1), self.changed).bit_count()

    def _codes(self, field: str, operator: Operator, value: str) -> Sequence[int]:
        test = text_test(PeopleValue.value, operator, value)
        query = select(PeopleValue.code).where(PeopleValue.field == field, test)
        return self._session.scalars(query).all()

    def _check(self, field: str) -> None:
        if not is_kept(field) or field in self._left_out:
            raise NotKeptError(field)

    def _read(self, field: str, parts: tuple[str, ...] | None = None) -> dict[str, int]:
        query = select(PeopleBits.part, PeopleBits.bits).where(PeopleBits.field == field)
        if parts is not None:
            query = query.where(PeopleBits.part.in_(parts))
        return {part: unpack(packed) for part, packed in self._session.execute(query)}


def _found(expression: Expression, kept: _Kept, asking: Asking) -> int:
    """Those whom an expression means, as `compiling.condition` does in SQL."""
    if expression in kept.known:
        return kept.known[expression] & kept.everyone
    return _kept_of(expression, kept, asking)


def _kept_of(expression: Expression, kept: _Kept, asking: Asking) -> int:
    match expression:
        case All(operands=operands):
            found = kept.everyone
            for operand in operands:
                found &= _found(operand, kept, asking)
            return found
        case Any(operands=operands):
            found = 0
            for operand in operands:
                found |= _found(operand, kept, asking)
            return found
        case Not(operand=operand):
            return without(kept.everyone, _found(operand, kept, asking))
        case Empty(field=field):
            if known_field(field).kind is Kind.NAMED:
                return kept.named(field, "")
            return equal(kept.digits(field), 0, kept.everyone)
        case Comparison(field=field, operator=Operator.DIFFERENT, values=values):
            same = _any_of(field, Operator.EQUAL, values, kept, asking)
            return without(kept.everyone, same)
        case Comparison(field=field, operator=Operator.IN, values=values):
            return _any_of(field, Operator.EQUAL, values, kept, asking)
    return _any_of(expression.field, expression.operator, expression.values, kept, asking)


def _any_of(
    field: str, operator: Operator, values: tuple[Value, ...], kept: _Kept, asking: Asking
) -> int:
    kind = known_field(field).kind
    if kind is Kind.NAMED:
        return kept.named(field, "", *(str(value) for value in values))
    found = 0
    for value in values:
        if kind is Kind.MOMENT and field in MOMENTS:
            number = number_of(day_of(value, asking))
            found |= by_day(kept.digits(field), operator, number, kept.everyone)
        else:
            found |= kept.having(field, operator, str(value))
    return found
