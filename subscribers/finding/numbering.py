"""The numbers that the values of texts are known by, and which fields have too many for that."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from subscribers.finding.bits import equal
from subscribers.finding.models import PeopleBits, PeopleIndex, PeopleValue, PeopleWords
from subscribers.finding.patching import bits_of_field, in_order
from subscribers.finding.portraits import WIDE, Portrait

# More than this would cost more to keep by numbers than by words.
MOST_VALUES = 4_096
MOST_FIELDS = 100


class Numbering:
    """The values that are known, and those that some people bring with them."""

    def __init__(self, session: Session, index: PeopleIndex, people: Sequence[Portrait]) -> None:
        """Give numbers to what is new about these people."""
        self.left_out = set(index.left_out)
        self.wide = {*WIDE, *index.wide}
        self.codes = _codes(session)
        self.widened: dict[str, dict[str, int]] = {}
        """The values until now of the fields that have got too many."""
        self._new: list[dict[str, object]] = []
        self._unused: list[tuple[str, int]] = []
        for field, values in _values_of(people).items():
            if field not in self.left_out and field not in self.wide:
                self._number(field, values)

    def note_gone(self, field: str, codes: Iterable[int]) -> None:
        """Somebody no longer has these values: they may say who she was."""
        self._unused += ((field, code) for code in codes)

    def write(self, session: Session) -> None:
        """Write what is new, after the bits."""
        if self._new:
            session.execute(insert(PeopleValue), self._new)
        slices: dict[str, list[int]] = {}
        for field, code in self._unused:
            if field not in slices:
                slices[field] = in_order(bits_of_field(session, field))
            if not equal(slices[field], code, -1):
                same = (PeopleValue.field == field, PeopleValue.code == code)
                session.execute(delete(PeopleValue).where(*same))
        for table, fields in (
            (PeopleValue, {*self.left_out, *self.widened}),
            (PeopleBits, self.left_out),
            (PeopleWords, self.left_out),
        ):
            if fields:
                session.execute(delete(table).where(table.field.in_(fields)))

    def _number(self, field: str, values: set[str]) -> None:
        known = self.codes.get(field, {})
        if not known and len(self.codes) + len(self.wide) >= MOST_FIELDS:
            self.left_out.add(field)
            return
        new = sorted(values - known.keys())
        if len(known) + len(new) > MOST_VALUES:
            self.wide.add(field)
            self.widened[field] = self.codes.pop(field, {})
            return
        codes = self.codes.setdefault(field, {})
        for code, value in enumerate(new, max(codes.values(), default=0) + 1):
            codes[value] = code
            self._new.append({"field": field, "value": value, "code": code})


def _values_of(people: Iterable[Portrait]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for person in people:
        for field, text in person.texts.items():
            found[field].add(text)
    return found


def _codes(session: Session) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for value in session.scalars(select(PeopleValue)):
        found[value.field][value.value] = value.code
    return found
