"""Whom an expression means among those whom the index knows, as bits."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import ColumnElement

from subscribers.finding import measured
from subscribers.finding.bits import equal, without
from subscribers.finding.comparing import by_day
from subscribers.finding.kept import Kept, NotKeptError
from subscribers.finding.matching import Matching
from subscribers.finding.portraits import number_of
from subscribers.segments import store as segments
from subscribers.segments.compiling import Asking, condition, day_of
from subscribers.segments.expressions import (
    All,
    Any,
    Comparison,
    Empty,
    Expression,
    Not,
    Value,
    tests_in,
)
from subscribers.segments.fields import Kind, Operator, known_field


class Evaluation:
    """One expression, asked of the index and of the rooms that measure what it asks."""

    def __init__(self, expression: Expression, kept: Kept, asking: Asking) -> None:
        """Ask those rooms.

        Raises:
            NotKeptError: they cannot tell now.
        """
        everybody = kept.everyone | kept.changed
        known = measured.answers(kept.session, expression, asking, everybody)
        if known is None:
            raise NotKeptError
        self._expression = expression
        self._kept = kept
        self._asking = asking
        self._known = known
        kept.read_ahead(test.field for test in tests_in(expression))

    def found(self) -> int:
        """Those whom it means of those who are kept.

        Raises:
            NotKeptError: the index does not keep what it asks.
        """
        return self._found(self._expression)

    def members_among(self, people: Collection[int]) -> ColumnElement[bool]:
        """The condition on `Subscriber` for those of these people whom it means."""
        known = measured.conditions(self._known, people)
        return segments.members_of(self._expression, replace(self._asking, known=known))

    def _found(self, expression: Expression) -> int:
        """As `compiling.condition` does in SQL."""
        if expression in self._known:
            return self._known[expression] & self._kept.everyone
        match expression:
            case All(operands=operands):
                found = self._kept.everyone
                for operand in operands:
                    found &= self._found(operand)
                return found
            case Any(operands=operands):
                found = 0
                for operand in operands:
                    found |= self._found(operand)
                return found
            case Not(operand=operand):
                return without(self._kept.everyone, self._found(operand))
            case Empty(field=field):
                return self._blank(field)
        return self._compared(expression)

    def _blank(self, field: str) -> int:
        kind = known_field(field).kind
        if kind is Kind.NAMED:
            return self._kept.named(field, "")
        if kind is Kind.TEXT:
            return self._having(field, Operator.EQUAL, "")
        return equal(self._kept.digits(field), 0, self._kept.everyone)

    def _compared(self, test: Comparison) -> int:
        is_any = test.operator in {Operator.IN, Operator.DIFFERENT}
        found = self._any_of(test.field, Operator.EQUAL if is_any else test.operator, test.values)
        return without(self._kept.everyone, found) if test.operator is Operator.DIFFERENT else found

    def _any_of(self, field: str, operator: Operator, values: tuple[Value, ...]) -> int:
        kept, kind = self._kept, known_field(field).kind
        if kind is Kind.NAMED:
            return kept.named(field, "", *(str(value) for value in values))
        if kind is Kind.TEXT:
            return self._having(field, operator, *(str(value) for value in values))
        # Of the other kinds only moments are kept: what is measured is known.
        digits, found = kept.digits(field), 0
        for value in values:
            number = number_of(day_of(value, self._asking))
            found |= by_day(digits, operator, number, kept.everyone)
        return found

    def _having(self, field: str, operator: Operator, *values: str) -> int:
        kept = self._kept
        if not kept.is_by_words(field):
            return kept.having(field, operator, *values)
        matching, found = Matching(kept.session, field, kept.everyone), 0
        for value in values:
            test = Comparison(field=field, operator=operator, values=(value,))
            found |= matching.having(operator, value, condition(test, self._asking))
        return found
