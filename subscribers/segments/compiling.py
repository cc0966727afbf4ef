"""Compiles an expression tree to an SQL condition, values as bound parameters.

Every test is true or false, never NULL, so that `not` is the complement on both databases.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, not_, or_, select, true

from newsletter.errors import InvalidInput
from subscribers.models import Subscriber, TopicChoice
from subscribers.segments.case_folding import Folding
from subscribers.segments.dialects import AttributeValue, Folded, TextPosition
from subscribers.segments.expressions import (
    And,
    Comparison,
    Expression,
    IsEmpty,
    Not,
    Or,
    RelativeDate,
    Unit,
    Value,
)
from subscribers.segments.fields import ATTRIBUTE, FieldType, Operator, known_field

Condition = ColumnElement[bool]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """An aggregate for each subscriber over rows of another package."""

    subscriber: ColumnElement[int]
    """The subscriber id of a row."""
    value: ColumnElement[Any]
    """The aggregate over a subscriber's rows."""
    among: Condition
    """The condition for rows."""

    def having(self, test: Condition | None = None) -> Condition:
        """The condition on `Subscriber`: has such rows, and their aggregate passes the test."""
        people = select(self.subscriber).where(self.among)
        if test is not None:
            people = people.group_by(self.subscriber).having(test)
        return Subscriber.id.in_(people)


@dataclass(frozen=True, kw_only=True)
class QueryContext:
    """Time, zone and statistics for the evaluation of a segment."""

    now: datetime
    zone: ZoneInfo
    """The time zone of dates."""
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """Statistics by field name."""


def condition(expression: Expression, context: QueryContext) -> Condition:
    """The condition on `Subscriber` for an expression.

    Raises:
        InvalidInput: it uses a statistic that is not available.
    """
    match expression:
        case And(operands=operands):
            return and_(*(condition(operand, context) for operand in operands))
        case Or(operands=operands):
            return or_(*(condition(operand, context) for operand in operands))
        case Not(operand=operand):
            return not_(condition(operand, context))
        case IsEmpty(field=name):
            return _is_empty(name, context)
        case Comparison(operator=Operator.DIFFERENT, field=name, values=values):
            return not_(_any_of(name, Operator.EQUAL, values, context))
        case Comparison(operator=Operator.IN, field=name, values=values):
            return _any_of(name, Operator.EQUAL, values, context)
    return _any_of(expression.field, expression.operator, expression.values, context)


def day_of(value: Value, context: QueryContext) -> date:
    """The date of an absolute or relative date."""
    if not isinstance(value, RelativeDate):
        return date.fromisoformat(str(value))
    today = context.now.astimezone(context.zone).date()
    if value.unit is Unit.DAYS or value.unit is Unit.WEEKS:
        return today - timedelta(days=value.count * (7 if value.unit is Unit.WEEKS else 1))
    months = value.count * (12 if value.unit is Unit.YEARS else 1)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    # One month before 31 March is the last day of February.
    first = date(year, month + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=today.day - 1), following - timedelta(days=1))


def _any_of(
    name: str, operator: Operator, values: tuple[Value, ...], context: QueryContext
) -> Condition:
    field = known_field(name)
    if field.kind is FieldType.NAMED:
        return or_(*(_is_chosen(name, str(value)) for value in values))
    if field.kind is FieldType.TEXT:
        return or_(*(text_test(_text(name), operator, str(value)) for value in values))
    if field.kind is FieldType.NUMBER:
        return _number_test(_measure(name, context), NUMBER_TESTS[operator], values)
    column = _measure(name, context).value if field.is_measured else MOMENTS[name]
    tests = [_moment_test(column, operator, day_of(value, context), context) for value in values]
    if field.is_measured:
        return _measure(name, context).having(or_(*tests))
    return and_(column.is_not(None), or_(*tests))


NUMBER_TESTS: Mapping[Operator, Callable[[Any, Any], Condition]] = {
    Operator.EQUAL: lambda a, b: a == b,
    Operator.LESS: lambda a, b: a < b,
    Operator.AT_MOST: lambda a, b: a <= b,
    Operator.GREATER: lambda a, b: a > b,
    Operator.AT_LEAST: lambda a, b: a >= b,
}


def _number_test(
    measure: Measure, test: Callable[[Any, Any], Condition], values: tuple[Value, ...]
) -> Condition:
    """Subscribers without rows have 0: if 0 passes, exclude those whose number does not."""
    passes = or_(*(test(measure.value, value) for value in values))
    if any(test(0, value) for value in values):
        return ~measure.having(~passes)
    return measure.having(passes)


def _moment_test(column: Any, operator: Operator, day: date, context: QueryContext) -> Condition:
    start = datetime.combine(day, time(), context.zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), context.zone).astimezone(UTC)
    tests: Mapping[Operator, Condition] = {
        Operator.EQUAL: and_(column >= start, column < end),
        Operator.LESS: column < start,
        Operator.AT_MOST: column < end,
        Operator.GREATER: column >= end,
        Operator.AT_LEAST: column >= start,
    }
    return tests[operator]


def text_test(text: Any, operator: Operator, value: str) -> Condition:
    """The SQL test of a text: equal, or contains."""
    if operator is Operator.EQUAL:
        is_same: Condition = text == value
        return is_same
    if not value:
        return true()
    folding = Folding.of(value)
    letters = [literal(letter, Text()) for pair in folding.pairs for letter in pair]
    folded = Folded(text, *letters)
    condition: Condition = TextPosition(folded, literal(folding.wanted, Text())) > 0
    return condition


def _is_empty(name: str, context: QueryContext) -> Condition:
    field = known_field(name)
    if field.kind is FieldType.NAMED:
        part = _topics() if name == "topic" else _digests()
        return Subscriber.choice_id.in_(select(TopicChoice.id).where(part.in_(("", "|"))))
    if field.kind is FieldType.TEXT:
        is_blank: Condition = _text(name) == ""
        return is_blank
    return ~_measure(name, context).having() if field.is_measured else MOMENTS[name].is_(None)


def _is_chosen(name: str, value: str) -> Condition:
    """The subscriber gets it: they chose it, or chose none, which means all."""
    part = _topics() if name == "topic" else _digests()
    chosen = TextPosition(part, literal(f",{value},", Text())) > 0
    ids = select(TopicChoice.id).where(or_(part.in_(("", "|")), chosen))
    return Subscriber.choice_id.in_(ids)


def _topics() -> Any:
    return func.substr(TopicChoice.key, 1, _bar())


def _digests() -> Any:
    return func.substr(TopicChoice.key, _bar())


def _bar() -> Any:
    return TextPosition(TopicChoice.key + "|", literal("|", Text()))


def _text(name: str) -> Any:
    if name.startswith(ATTRIBUTE):
        key = literal(name.removeprefix(ATTRIBUTE), Text())
        return func.coalesce(AttributeValue(Subscriber.attributes, key), "")
    if name == "domain":
        address = func.coalesce(Subscriber.address, "@")
        return func.substr(address, TextPosition(address, literal("@", Text())) + 1)
    return cast(getattr(Subscriber, name), Text)


MOMENTS = {
    "joined": Subscriber.joined_at,
    "confirmed": Subscriber.confirmed_at,
    "active": Subscriber.active_at,
    "paused": Subscriber.paused_until,
}


def _measure(name: str, context: QueryContext) -> Measure:
    if name not in context.measures:
        raise InvalidInput(f"segment: {name} cannot be asked here; leave it out")
    return context.measures[name]
