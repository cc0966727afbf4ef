"""The bits of those who have not changed since they were written, each field read when asked for.

Whoever has changed is asked of the list itself, so what both say together is right at every moment.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import false as never
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from subscribers.finding.bits import among, bits_of, equal, without
from subscribers.finding.models import PeopleChange, PeopleIndex, PeopleValue
from subscribers.finding.patching import bits_of_field, bits_of_fields, in_order
from subscribers.finding.portraits import EVERYONE, NAMED, WIDE, is_kept
from subscribers.finding.refreshing import state
from subscribers.models import SubscriberStatus
from subscribers.segments.compiling import Asking, text_test
from subscribers.segments.fields import Operator

# Where more than this have changed, reading the whole list is not much dearer.
MOST_CHANGED = 20_000
TRIES = 3
Answer = TypeVar("Answer")


class NotKeptError(LookupError):
    """The index does not keep what is asked."""


class Kept:
    """The bits of those who have not changed, each field read when it is asked for."""

    def __init__(self, session: Session, index: PeopleIndex, noted: set[int]) -> None:
        self.session = session
        self._left_out = index.left_out
        self._wide = {*index.wide, *WIDE}
        self.changed = bits_of(noted)
        self.noted = noted
        self._fields: dict[str, list[int]] = {}
        self.everyone = without(self._read(EVERYONE).get("", 0), self.changed)

    def read_ahead(self, fields: Iterable[str]) -> None:
        """Read the digits of several fields at once: each by itself takes longer."""
        kept = {field for field in fields if self._has_digits(field)} - self._fields.keys()
        if kept:
            for field, parts in bits_of_fields(self.session, kept).items():
                self._fields[field] = in_order(parts)

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

    def is_by_words(self, field: str) -> bool:
        """Whether a field has too many values for numbers.

        Raises:
            NotKeptError: it is not kept at all.
        """
        self._check(field)
        return field in self._wide

    def having(self, field: str, operator: Operator, *values: str) -> int:
        """Those for whom the test of a text holds with one of these, by the numbers of values."""
        digits = self.digits(field)
        is_blank = operator is Operator.EQUAL
        if "" in values and not is_blank:
            return self.everyone
        found = among(digits, self._codes(field, operator, values), self.everyone)
        return found | equal(digits, 0, self.everyone) if "" in values else found

    def count_of(self, status: SubscriberStatus) -> int:
        """How many have a status, the erased too."""
        codes = self._codes("status", Operator.EQUAL, [status.value])
        return without(among(self.digits("status"), codes, -1), self.changed).bit_count()

    def _codes(self, field: str, operator: Operator, values: Sequence[str]) -> Sequence[int]:
        tests = (text_test(PeopleValue.value, operator, value) for value in values if value)
        query = select(PeopleValue.code).where(PeopleValue.field == field, or_(never(), *tests))
        return self.session.scalars(query).all()

    def _has_digits(self, field: str) -> bool:
        is_here = is_kept(field) and field not in self._left_out
        return is_here and field not in self._wide and field not in NAMED

    def _check(self, field: str) -> None:
        if not is_kept(field) or field in self._left_out:
            raise NotKeptError(field)

    def _read(self, field: str, parts: tuple[str, ...] | None = None) -> dict[str, int]:
        return bits_of_field(self.session, field, parts)


def ask_kept(
    session: Session, question: Callable[[Kept], Answer], asking: Asking | None = None
) -> Answer | None:
    """What the index answers; None where it cannot, or is written all the time.

    Args:
        asking: whose days are asked for; None: no day is.
    """
    for _ in range(TRIES):
        index = state(session)
        if asking is not None and index.zone != str(asking.zone):
            return None
        changed = _changed(session)
        if changed is None:
            return None
        try:
            answer = question(Kept(session, index, changed))
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
