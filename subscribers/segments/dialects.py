"""The few functions that SQLite and PostgreSQL call by different names."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType


class Folded(FunctionElement[str]):
    """A text with A to Z in lower case, then each further pair of letters replaced."""

    type = Text()
    inherit_cache = True


class Position(FunctionElement[int]):
    """Where the second text begins in the first; 0: nowhere. Exact to the letter."""

    type = Integer()
    inherit_cache = True


class AttributeValue(FunctionElement[str]):
    """What a JSON object holds under a key; NULL where it has none."""

    type = Text()
    inherit_cache = True


class Listed(FunctionElement[Any]):
    """Whether a number is one of those that a text lists with commas."""

    # Of a truth value SQLite is asked whether it is 1, and would know no index for that.
    type = NullType()
    inherit_cache = True


def is_among(number: Any, numbers: Iterable[int]) -> ColumnElement[bool]:
    """The condition to be one of these numbers: one value, however many they are."""
    return Listed(number, literal(",".join(map(str, numbers)), Text()))


@compiles(Folded)
def _fold(element: Folded, compiler: Any, **options: Any) -> str:
    # PostgreSQL folds by the database's language unless told "C", SQLite always A to Z alone.
    parts = [compiler.process(clause, **options) for clause in element.clauses]
    folded = f'({parts[0]}) COLLATE "C"' if compiler.dialect.name == "postgresql" else parts[0]
    folded = f"lower({folded})"
    for upper, lower in zip(parts[1::2], parts[2::2], strict=True):
        folded = f"replace({folded}, {upper}, {lower})"
    return folded


@compiles(Position)
def _position(element: Position, compiler: Any, **options: Any) -> str:
    name = "strpos" if compiler.dialect.name == "postgresql" else "instr"
    return f"{name}({compiler.process(element.clauses, **options)})"


@compiles(AttributeValue)
def _attribute(element: AttributeValue, compiler: Any, **options: Any) -> str:
    column, key = (compiler.process(clause, **options) for clause in element.clauses)
    if compiler.dialect.name == "postgresql":
        return f"({column} ->> {key})"
    # A path would miss keys that JSON writes with escapes.
    return f"(SELECT value FROM json_each({column}) WHERE key = {key})"  # noqa: S608 - of bound parameters


@compiles(Listed)
def _listed(element: Listed, compiler: Any, **options: Any) -> str:
    number, numbers = (compiler.process(clause, **options) for clause in element.clauses)
    if compiler.dialect.name == "postgresql":
        return f"{number} = ANY (CAST('{{' || {numbers} || '}}' AS bigint[]))"
    return f"{number} IN (SELECT value FROM json_each('[' || {numbers} || ']'))"  # noqa: S608 - of bound parameters
