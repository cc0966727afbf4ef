"""The expression tree, and its serialisation."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from subscribers.segments.fields import ATTRIBUTE, Operator

BARE = re.compile(r"[\w.@+-]+")
KEYWORDS = frozenset({"and", "or", "not", "in", "is", "empty", "ago", "today"})


class Unit(StrEnum):
    """The unit of a relative date."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


# About a century, so that no date leaves the calendar.
MAX_AGO: Mapping[Unit, int] = {
    Unit.DAYS: 36_500,
    Unit.WEEKS: 5_200,
    Unit.MONTHS: 1_200,
    Unit.YEARS: 100,
}


@dataclass(frozen=True, kw_only=True)
class RelativeDate:
    """A day before the date of evaluation; 0 days ago is today."""

    count: int
    unit: Unit


Value = str | int | date | RelativeDate


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A field compared with a value, or with several by `in`."""

    field: str
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class IsEmpty:
    """The field has no value."""

    field: str


@dataclass(frozen=True, kw_only=True)
class Not:
    """The operand does not hold."""

    operand: "Expression"


@dataclass(frozen=True, kw_only=True)
class And:
    """Every operand holds; two or more."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True, kw_only=True)
class Or:
    """At least one operand holds; two or more."""

    operands: tuple["Expression", ...]


Expression = Comparison | IsEmpty | Not | And | Or


def tests_in(expression: Expression) -> Iterator[Comparison | IsEmpty]:
    """The tests of single fields in an expression, from left to right."""
    match expression:
        case And(operands=operands) | Or(operands=operands):
            for operand in operands:
                yield from tests_in(operand)
        case Not(operand=operand):
            yield from tests_in(operand)
        case _:
            yield expression


def write(expression: Expression) -> str:
    """The text of an expression; parses to the same tree."""
    match expression:
        case Comparison(field=field, operator=Operator.IN, values=values):
            return f"{write_field(field)} in ({', '.join(_value(value) for value in values)})"
        case Comparison(field=field, operator=operator, values=values):
            return f"{write_field(field)} {operator} {_value(values[0])}"
        case IsEmpty(field=field):
            return f"{write_field(field)} is empty"
        case Not(operand=operand):
            return f"not {_within(operand)}"
        case And(operands=operands):
            return " and ".join(_within(operand) for operand in operands)
        case Or(operands=operands):
            return " or ".join(_within(operand) for operand in operands)


def _within(operand: Expression) -> str:
    written = write(operand)
    return f"({written})" if isinstance(operand, And | Or) else written


def write_field(name: str) -> str:
    """A field's name as it stands in a text."""
    if not name.startswith(ATTRIBUTE):
        return name
    key = name.removeprefix(ATTRIBUTE)
    return name if BARE.fullmatch(key) else f"{ATTRIBUTE}{quoted(key)}"


def _value(value: Value) -> str:
    match value:
        case RelativeDate(count=0):
            return "today"
        case RelativeDate(count=count, unit=unit):
            return f"{count} {unit} ago"
        case str() if not BARE.fullmatch(value) or value.lower() in KEYWORDS:
            return quoted(value)
    return str(value)


def quoted(text: str) -> str:
    """A value in quotation marks."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
