"""Comparing a number of everybody with one number, by the operators of segments."""

from collections.abc import Sequence

from subscribers.finding.bits import equal, greater, without
from subscribers.segments.fields import Operator


def by_number(slices: Sequence[int], operator: Operator, number: int, within: int) -> int:
    """Those within whose value compares so with a number, which is not negative."""
    match operator:
        case Operator.EQUAL:
            return equal(slices, number, within)
        case Operator.LESS:
            return without(within, _at_least(slices, number, within))
        case Operator.AT_MOST:
            return without(within, greater(slices, number, within))
        case Operator.GREATER:
            return greater(slices, number, within)
    return _at_least(slices, number, within)


def by_day(slices: Sequence[int], operator: Operator, number: int, within: int) -> int:
    """Those within of whom a day is known that compares so with this one."""
    known = without(within, equal(slices, 0, within))
    return by_number(slices, operator, number, known)


def _at_least(slices: Sequence[int], number: int, within: int) -> int:
    return greater(slices, number - 1, within) if number else within
