"""Recursive descent parser of the segment language; errors state their position.

any        = all { "or" all }
all        = one { "and" one }
one        = "not" one | "(" any ")" | field test
test       = "is" ["not"] "empty" | ["not"] "in" "(" value { "," value } ")" | sign value
"""

import re
from datetime import date

from subscribers.segments.expressions import (
    MAX_AGO,
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
from subscribers.segments.fields import (
    ATTRIBUTE,
    FIELDS,
    OPERATORS,
    Field,
    FieldType,
    Operator,
    field_of,
)
from subscribers.segments.lexing import SegmentError, Token, TokenKind, tokens

MAX_DEPTH = 20
MAX_VALUE_CHARACTERS = 100
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
_SIGNS = frozenset(operator.value for operator in Operator) - {Operator.IN.value}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_EXAMPLE = "topic = housing and joined >= 2026-01-31"


def parse(text: str) -> Expression:
    """The expression tree of a text.

    Raises:
        SegmentError: a syntax error.
    """
    parser = _Parser(tokens(text))
    expression = parser.any(0)
    parser.end()
    return expression


class _Parser:
    """A parser with one token of lookahead."""

    def __init__(self, parts: list[Token]) -> None:
        self._parts, self._next = parts, 0

    def any(self, depth: int) -> Expression:
        operands = [self._all(depth)]
        while self._accept("or"):
            operands.append(self._all(depth))
        return operands[0] if len(operands) == 1 else Or(operands=tuple(operands))

    def end(self) -> None:
        if self._token.kind is not TokenKind.END:
            raise self._error("and, or, or the end", _EXAMPLE)

    def _all(self, depth: int) -> Expression:
        operands = [self._one(depth)]
        while self._accept("and"):
            operands.append(self._one(depth))
        return operands[0] if len(operands) == 1 else And(operands=tuple(operands))

    def _one(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise self._error(f"at most {MAX_DEPTH} levels of parentheses and not", _EXAMPLE)
        if self._accept("not"):
            return Not(operand=self._one(depth + 1))
        if self._accept("("):
            inner = self.any(depth + 1)
            self._expect(")", "(topic = housing or topic = transport)")
            return inner
        return self._test()

    def _test(self) -> Expression:
        name, field = self._field()
        if self._accept("is"):
            is_negated = self._accept("not")
            self._expect("empty", f"{name} is empty")
            return _negated(IsEmpty(field=name), is_negated)
        is_negated = self._accept("not")
        if is_negated and not self._token.is_one("in"):
            raise self._error("in, after not", f"{name} not in (a, b)")
        operator = self._operator(field)
        values = self._list(name, field) if operator is Operator.IN else (self._value(name, field),)
        return _negated(Comparison(field=name, operator=operator, values=values), is_negated)

    def _field(self) -> tuple[str, Field]:
        token = self._token
        names = ", ".join([*FIELDS, f"{ATTRIBUTE}NAME"])
        if token.kind is not TokenKind.WORD:
            raise self._error("a field, not or (", _EXAMPLE)
        self._next += 1
        name = token.text if token.text.startswith(ATTRIBUTE) else token.text.lower()
        if name == ATTRIBUTE and self._token.kind is TokenKind.TEXT:
            name += self._advance().text
        field = field_of(name)
        if field is None:
            raise SegmentError(
                token.at, f"there is no field {token.text!r}", f"one of {names}", _EXAMPLE
            )
        if set(name) & set('"\\') or len(name) > MAX_VALUE_CHARACTERS:
            expected = f"at most {MAX_VALUE_CHARACTERS} characters without quotes and backslashes"
            raise SegmentError(token.at, "such an attribute has no name", expected, field.example)
        return name, field

    def _operator(self, field: Field) -> Operator:
        fitting = [operator for operator in Operator if operator in OPERATORS[field.kind]]
        if self._token.is_one(*fitting):
            return Operator(self._advance().text)
        # An operator that does not fit the field gets the same list.
        expected = f"one of {' '.join(fitting)} or “is empty”"
        if self._token.is_one(*_SIGNS):
            sign = f"{self._token.text!r} does not fit this field"
            raise SegmentError(self._token.at, sign, expected, field.example)
        raise self._error(expected, field.example)

    def _list(self, name: str, field: Field) -> tuple[Value, ...]:
        self._expect("(", f"{name} in (a, b)")
        values = [self._value(name, field)]
        while self._accept(","):
            values.append(self._value(name, field))
        self._expect(")", f"{name} in (a, b)")
        return tuple(values)

    def _value(self, name: str, field: Field) -> Value:
        token = self._token
        if token.is_one("today") and field.kind is FieldType.MOMENT:
            self._next += 1
            return RelativeDate(count=0, unit=Unit.DAYS)
        if token.kind not in {TokenKind.WORD, TokenKind.TEXT}:
            hint = " (in quotation marks)" if token.kind is TokenKind.KEYWORD else ""
            raise self._error(f"a value{hint}", field.example)
        self._next += 1
        match field.kind:
            case FieldType.MOMENT:
                return self._day(token, field)
            case FieldType.NUMBER:
                return _number(token, field)
        return _text(token, name, field)

    def _day(self, token: Token, field: Field) -> Value:
        if _NUMBER.fullmatch(token.text) and token.kind is TokenKind.WORD:
            return self._ago(token, field)
        try:
            day = date.fromisoformat(token.text) if _DATE.fullmatch(token.text) else None
        except ValueError:
            day = None
        if day is None or not EARLIEST <= day <= LATEST:
            expected = "a date as year-month-day, or so many days ago"
            raise SegmentError(token.at, token.shown, expected, field.example)
        return day

    def _ago(self, token: Token, field: Field) -> RelativeDate:
        word = self._token.text.lower()
        unit = next((u for u in Unit if word in {u.value, u.value[:-1]}), None)
        if unit is None:
            raise self._error("days, weeks, months or years, and ago", f"{field.example}")
        self._next += 1
        self._expect("ago", "joined >= 30 days ago")
        count = int(token.text)
        if count > MAX_AGO[unit]:
            expected = f"at most {MAX_AGO[unit]} {unit}"
            raise SegmentError(token.at, token.shown, expected, "joined >= 30 days ago")
        return (
            RelativeDate(count=count, unit=unit) if count else RelativeDate(count=0, unit=Unit.DAYS)
        )

    @property
    def _token(self) -> Token:
        return self._parts[self._next]

    def _advance(self) -> Token:
        self._next += 1
        return self._parts[self._next - 1]

    def _accept(self, text: str) -> bool:
        is_next = self._token.is_one(text)
        self._next += is_next
        return is_next

    def _expect(self, text: str, example: str) -> None:
        if not self._accept(text):
            raise self._error(text, example)

    def _error(self, expected: str, example: str) -> SegmentError:
        return SegmentError(self._token.at, self._token.shown, expected, example)


def _negated(expression: Expression, is_negated: bool) -> Expression:
    return Not(operand=expression) if is_negated else expression


def _number(token: Token, field: Field) -> int:
    if not _NUMBER.fullmatch(token.text):
        raise SegmentError(token.at, token.shown, "a whole number", field.example)
    return int(token.text)


def _text(token: Token, name: str, field: Field) -> str:
    text = token.text
    if len(text) > MAX_VALUE_CHARACTERS:
        expected = f"at most {MAX_VALUE_CHARACTERS} characters"
        raise SegmentError(token.at, f"a value of {len(text)} characters", expected, field.example)
    if field.values and text not in field.values:
        expected = f"one of {', '.join(field.values)}"
        raise SegmentError(token.at, token.shown, expected, field.example)
    if field.kind is FieldType.NAMED and (not text or set(text) & set(",|")):
        raise SegmentError(token.at, token.shown, f"the name of a {name}", field.example)
    return text
