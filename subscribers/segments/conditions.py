"""A segment as rows of conditions, as a form has them; each turns into an expression and back.

Rows stand in blocks. All blocks must hold and one row of each, or one block and all its rows.
Expressions in more levels, and a few negations of dates, have no such form and stay text.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import InvalidInput
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
    quoted,
    write,
    write_field,
)
from subscribers.segments.fields import FieldType, Operator, known_field
from subscribers.segments.lexing import SegmentError
from subscribers.segments.parsing import parse


class Joiner(StrEnum):
    """How blocks are joined; the rows of a block are joined the other way."""

    ALL = "all"
    ANY = "any"


class RowTest(StrEnum):
    """What a row asks of its field."""

    IS = "is"
    IS_NOT = "is not"
    ONE_OF = "is one of"
    NONE_OF = "is none of"
    CONTAINS = "contains"
    LACKS = "does not contain"
    LESS = "is less than"
    AT_MOST = "is at most"
    GREATER = "is more than"
    AT_LEAST = "is at least"
    EMPTY = "is empty"
    FILLED = "is not empty"


@dataclass(frozen=True, kw_only=True)
class ConditionRow:
    """One condition."""

    field: str
    test: RowTest
    value: str = ""
    """As typed: a text, a date, "30 days ago"; several separated by commas."""


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """The rows of a segment."""

    joiner: Joiner
    blocks: Sequence[Sequence[ConditionRow]]


_OPERATORS: Mapping[RowTest, tuple[Operator, bool]] = {
    RowTest.IS: (Operator.EQUAL, False),
    RowTest.IS_NOT: (Operator.DIFFERENT, False),
    RowTest.ONE_OF: (Operator.IN, False),
    RowTest.NONE_OF: (Operator.IN, True),
    RowTest.CONTAINS: (Operator.CONTAINS, False),
    RowTest.LACKS: (Operator.CONTAINS, True),
    RowTest.LESS: (Operator.LESS, False),
    RowTest.AT_MOST: (Operator.AT_MOST, False),
    RowTest.GREATER: (Operator.GREATER, False),
    RowTest.AT_LEAST: (Operator.AT_LEAST, False),
}
_TESTS = {asked: test for test, asked in _OPERATORS.items()} | {
    (Operator.EQUAL, True): RowTest.IS_NOT,
    (Operator.DIFFERENT, True): RowTest.IS,
}
# Of a number, since every person has one; a date may be missing, and then neither test holds.
_OPPOSITE = {
    Operator.LESS: RowTest.AT_LEAST,
    Operator.AT_MOST: RowTest.GREATER,
    Operator.GREATER: RowTest.AT_MOST,
    Operator.AT_LEAST: RowTest.LESS,
}
# Less than one cell of the reader of CSV has, whose limit is the whole process's.
MAX_LIST_LENGTH = 100_000
MAX_SHOWN_LENGTH = 100
WITHOUT_VALUE = frozenset({RowTest.EMPTY, RowTest.FILLED})
SEVERAL = frozenset({RowTest.ONE_OF, RowTest.NONE_OF})
TESTS_OF: Mapping[FieldType, tuple[RowTest, ...]] = {
    FieldType.TEXT: (
        *(
            RowTest.IS,
            RowTest.IS_NOT,
            RowTest.ONE_OF,
            RowTest.NONE_OF,
            RowTest.CONTAINS,
            RowTest.LACKS,
        ),
        *(RowTest.EMPTY, RowTest.FILLED),
    ),
    FieldType.NAMED: (
        *(RowTest.IS, RowTest.IS_NOT, RowTest.ONE_OF, RowTest.NONE_OF),
        *(RowTest.EMPTY, RowTest.FILLED),
    ),
    FieldType.MOMENT: tuple(
        each for each in RowTest if each not in {RowTest.CONTAINS, RowTest.LACKS}
    ),
    FieldType.NUMBER: tuple(
        each for each in RowTest if each not in {RowTest.CONTAINS, RowTest.LACKS}
    ),
}
_DAYS_AGO = re.compile(rf"(\d+) ({'|'.join(unit.value[:-1] for unit in Unit)})s? ago", re.ASCII)


def conditions_of(expression: Expression) -> Conditions | None:
    """The expression as rows; None if it has no such form."""
    try:
        plain = _normal(expression, is_negated=False)
    except _NoRowError:
        return None
    if isinstance(plain, ConditionRow):
        return Conditions(joiner=Joiner.ALL, blocks=((plain,),))
    blocks = [(each,) if isinstance(each, ConditionRow) else each.parts for each in plain.parts]
    rows = [row for block in blocks for row in block if isinstance(row, ConditionRow)]
    if len(rows) != sum(map(len, blocks)):
        return None
    return Conditions(
        joiner=plain.joiner,
        blocks=tuple(
            tuple(row for row in block if isinstance(row, ConditionRow)) for block in blocks
        ),
    )


def text_of(conditions: Conditions) -> str:
    """The rows in the language of segments.

    Raises:
        InvalidInput: a row cannot be used; the message names its field.
    """
    blocks = [[_test(row) for row in block] for block in conditions.blocks if block]
    if not blocks:
        raise InvalidInput("say in at least one row who is meant")
    outer, inner = (And, Or) if conditions.joiner is Joiner.ALL else (Or, And)
    joined = [block[0] if len(block) == 1 else inner(operands=tuple(block)) for block in blocks]
    whole = joined[0] if len(joined) == 1 else outer(operands=tuple(joined))
    text = write(whole)
    parse(text)
    return text


@dataclass(frozen=True, kw_only=True)
class _Joined:
    joiner: Joiner
    parts: tuple["_Part", ...]


_Part = ConditionRow | _Joined


class _NoRowError(Exception):
    """A test that no row can ask."""


def _normal(expression: Expression, *, is_negated: bool) -> _Part:
    """Rows joined, with negations moved into them.

    Every test is true or false, so that De Morgan's laws hold.
    """
    match expression:
        case Not(operand=operand):
            return _normal(operand, is_negated=not is_negated)
        case And(operands=operands):
            return _joined(Joiner.ANY if is_negated else Joiner.ALL, operands, is_negated)
        case Or(operands=operands):
            return _joined(Joiner.ALL if is_negated else Joiner.ANY, operands, is_negated)
        case IsEmpty(field=field):
            return ConditionRow(field=field, test=RowTest.FILLED if is_negated else RowTest.EMPTY)
    return _row(expression, is_negated)


def _joined(joiner: Joiner, operands: Sequence[Expression], is_negated: bool) -> _Joined:
    parts: list[_Part] = []
    for operand in operands:
        part = _normal(operand, is_negated=is_negated)
        is_same = isinstance(part, _Joined) and part.joiner is joiner
        parts += part.parts if isinstance(part, _Joined) and is_same else [part]
    return _Joined(joiner=joiner, parts=tuple(parts))


def _row(comparison: Comparison, is_negated: bool) -> ConditionRow:
    test = _TESTS.get((comparison.operator, is_negated))
    if test is None and known_field(comparison.field).kind is FieldType.NUMBER:
        test = _OPPOSITE[comparison.operator]
    if test is None:
        raise _NoRowError
    values = [_written(value) for value in comparison.values]
    value = _listed(values) if test in SEVERAL else values[0]
    return ConditionRow(field=comparison.field, test=test, value=value)


def _written(value: Value) -> str:
    match value:
        case RelativeDate(count=0):
            return "today"
        case RelativeDate(count=count, unit=unit):
            return f"{count} {unit} ago"
    return str(value)


def _listed(values: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()


def _parted(text: str) -> list[str]:
    """The values of a list, parted by commas or lines.

    Raises:
        InvalidInput: it is too long.
    """
    if len(text) > MAX_LIST_LENGTH:
        raise InvalidInput(f"a list of values has {MAX_LIST_LENGTH:,} letters at most")
    rows = csv.reader(text.splitlines(), skipinitialspace=True)
    return [value for row in rows for value in row] or [text]


def _test(row: ConditionRow) -> Expression:
    """
    Raises:
        InvalidInput: the row cannot be used.
    """
    name = write_field(row.field)
    try:
        if row.test in WITHOUT_VALUE:
            empty = parse(f"{name} is empty")
            return empty if row.test is RowTest.EMPTY else Not(operand=empty)
        operator, is_negated = _OPERATORS[row.test]
        kind = known_field(row.field).kind
        if operator is Operator.IN:
            values = ", ".join(_typed(value, kind) for value in _parted(row.value))
            expression = parse(f"{name} in ({values})")
        else:
            expression = parse(f"{name} {operator} {_typed(row.value, kind)}")
    except SegmentError as error:
        _, _, reason = str(error).partition(": ")
        shown = row.value[:MAX_SHOWN_LENGTH]
        raise InvalidInput(f"{row.field} {row.test} “{shown}”: {reason}") from error
    return Not(operand=expression) if is_negated else expression


def _typed(value: str, kind: FieldType) -> str:
    """A value as it stands in a text."""
    plain = " ".join(value.split()).lower()
    if kind is FieldType.MOMENT and (plain == "today" or _DAYS_AGO.fullmatch(plain)):
        return plain
    if kind is FieldType.NUMBER and plain.isascii() and plain.isdigit():
        return plain
    return quoted(value if kind is FieldType.TEXT else value.strip())
