"""SQL functions with different names in SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class Folded(FunctionElement[str]):
    """A text with A to Z in lower case, and further pairs of letters replaced."""

    type = Text()
    inherit_cache = True


class TextPosition(FunctionElement[int]):
    """The position of the second text in the first; 0 if absent. Case-sensitive."""

    type = Integer()
    inherit_cache = True


class AttributeValue(FunctionElement[str]):
    """The value of a key in a JSON object; NULL without."""

    type = Text()
    inherit_cache = True


@compiles(Folded)
def _fold(element: Folded, compiler: Any, **options: Any) -> str:
    # PostgreSQL folds by the database's locale unless COLLATE "C"; SQLite folds A to Z only.
    parts = [compiler.process(clause, **options) for clause in element.clauses]
    folded = f'({parts[0]}) COLLATE "C"' if compiler.dialect.name == "postgresql" else parts[0]
    folded = f"lower({folded})"
    for upper, lower in zip(parts[1::2], parts[2::2], strict=True):
        folded = f"replace({folded}, {upper}, {lower})"
    return folded


@compiles(TextPosition)
def _position(element: TextPosition, compiler: Any, **options: Any) -> str:
    name = "strpos" if compiler.dialect.name == "postgresql" else "instr"
    return f"{name}({compiler.process(element.clauses, **options)})"


@compiles(AttributeValue)
def _attribute(element: AttributeValue, compiler: Any, **options: Any) -> str:
    column, key = (compiler.process(clause, **options) for clause in element.clauses)
    if compiler.dialect.name == "postgresql":
        return f"({column} ->> {key})"
    # A JSON path would miss keys written with escapes.
    return f"(SELECT value FROM json_each({column}) WHERE key = {key})"  # noqa: S608 - of bound parameters
