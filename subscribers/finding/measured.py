"""What a segment asks of other rooms' rows, for everybody at once, from what those rooms keep.

The answers also stand in for the tests where the list is asked for those who have changed: else
all those rows would be read for these few.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from subscribers.finding.bits import equal, numbers_among, without
from subscribers.finding.comparing import by_day, by_number
from subscribers.finding.portraits import number_of
from subscribers.models import Subscriber
from subscribers.segments.compiling import Asking, Condition, Slices, day_of
from subscribers.segments.dialects import is_among
from subscribers.segments.expressions import Comparison, Empty, Expression, tests_in
from subscribers.segments.fields import Kind, Operator, known_field

Answers = Mapping[Expression, int]


def answers(
    session: Session, expression: Expression, asking: Asking, within: int
) -> Answers | None:
    """For each measured test in an expression, those within for whom it holds.

    None where the room that is asked cannot tell now.
    """
    tests = {test for test in tests_in(expression) if known_field(test.field).is_measured}
    rooms: dict[Slices | None, set[str]] = defaultdict(set)
    for test in tests:
        rooms[asking.measures[test.field].slices].add(test.field)
    slices: dict[str, Sequence[int]] = {}
    for ask, fields in rooms.items():
        found = ask(session, fields, asking.zone) if ask else None
        if found is None:
            return None
        slices |= found
    return {test: _holding(test, slices[test.field], asking, within) for test in tests}


def conditions(found: Answers, people: Collection[int]) -> Mapping[Expression, Condition]:
    """The same tests as conditions on `Subscriber`, which are right of these people alone."""
    return {
        test: is_among(Subscriber.id, numbers_among(bits, people)) for test, bits in found.items()
    }


def _holding(test: Comparison | Empty, slices: Sequence[int], asking: Asking, within: int) -> int:
    if isinstance(test, Empty):
        return equal(slices, 0, within)
    is_any = test.operator in {Operator.IN, Operator.DIFFERENT}
    operator = Operator.EQUAL if is_any else test.operator
    found = 0
    for value in test.values:
        if known_field(test.field).kind is Kind.MOMENT:
            found |= by_day(slices, operator, number_of(day_of(value, asking)), within)
        elif isinstance(value, int):
            found |= by_number(slices, operator, value, within)
    return without(within, found) if test.operator is Operator.DIFFERENT else found
