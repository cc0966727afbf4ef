"""Whom an expression means among those whom the index knows, as bits."""

from subscribers.finding.bits import equal, greater, without
from subscribers.finding.kept import Kept
from subscribers.finding.matching import Matching
from subscribers.finding.portraits import number_of
from subscribers.segments.compiling import MOMENTS, Asking, condition, day_of
from subscribers.segments.expressions import All, Any, Comparison, Empty, Expression, Not, Value
from subscribers.segments.fields import Kind, Operator, known_field


def found_by(expression: Expression, kept: Kept, asking: Asking) -> int:
    """Those whom an expression means, as `compiling.condition` does in SQL."""
    match expression:
        case All(operands=operands):
            found = kept.everyone
            for operand in operands:
                found &= found_by(operand, kept, asking)
            return found
        case Any(operands=operands):
            found = 0
            for operand in operands:
                found |= found_by(operand, kept, asking)
            return found
        case Not(operand=operand):
            return without(kept.everyone, found_by(operand, kept, asking))
        case Empty(field=field):
            return _blank(field, kept, asking)
        case Comparison(field=field, operator=Operator.DIFFERENT, values=values):
            same = _any_of(field, Operator.EQUAL, values, kept, asking)
            return without(kept.everyone, same)
        case Comparison(field=field, operator=Operator.IN, values=values):
            return _any_of(field, Operator.EQUAL, values, kept, asking)
    return _any_of(expression.field, expression.operator, expression.values, kept, asking)


def _blank(field: str, kept: Kept, asking: Asking) -> int:
    kind = known_field(field).kind
    if kind is Kind.NAMED:
        return kept.named(field, "")
    if kind is Kind.TEXT:
        return _having(field, Operator.EQUAL, "", kept, asking)
    return equal(kept.digits(field), 0, kept.everyone)


def _any_of(
    field: str, operator: Operator, values: tuple[Value, ...], kept: Kept, asking: Asking
) -> int:
    kind = known_field(field).kind
    if kind is Kind.NAMED:
        return kept.named(field, "", *(str(value) for value in values))
    found = 0
    for value in values:
        if kind is Kind.MOMENT and field in MOMENTS:
            number = number_of(day_of(value, asking))
            found |= _compared(kept.digits(field), operator, number, kept.everyone)
        else:
            found |= _having(field, operator, str(value), kept, asking)
    return found


def _having(field: str, operator: Operator, value: str, kept: Kept, asking: Asking) -> int:
    if not kept.is_by_words(field):
        return kept.having(field, operator, value)
    test = condition(Comparison(field=field, operator=operator, values=(value,)), asking)
    return Matching(kept.session, field, kept.everyone).having(operator, value, test)


def _compared(digits: list[int], operator: Operator, number: int, within: int) -> int:
    """Those of whom a day is known that compares so with this one."""
    known = without(within, equal(digits, 0, within))
    match operator:
        case Operator.EQUAL:
            return equal(digits, number, known)
        case Operator.LESS:
            return without(known, greater(digits, number - 1, known))
        case Operator.AT_MOST:
            return without(known, greater(digits, number, known))
        case Operator.GREATER:
            return greater(digits, number, known)
    return greater(digits, number - 1, known)
