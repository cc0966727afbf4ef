"""Lists as tables in a statement: one parameter of JSON, however many they are.

A statement with a parameter for each would be longer to write and to plan than to execute; an
array takes the PostgreSQL driver longer to write than JSON does.
"""

import json
from collections.abc import Collection, Sequence

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session


def pairs(
    session: Session, listed: Sequence[Sequence[object]]
) -> tuple[ColumnElement[int], ColumnElement[str]]:
    """Numbers with texts, as two columns to join with."""
    if session.get_bind().dialect.name == "sqlite":
        pair = func.json_each(json.dumps(listed)).table_valued("value", name="pair").c.value
        return func.json_extract(pair, "$[0]"), func.json_extract(pair, "$[1]")
    value = _elements(listed)
    return cast(value.op("->>")(0), BigInteger), value.op("->>")(1)


def numbers(session: Session, listed: Collection[int]) -> Select[tuple[int]]:
    """Numbers, for `in_`."""
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(json.dumps(list(listed))).table_valued("value").c.value)
    return select(cast(cast(_elements(list(listed)), Text), BigInteger))


def _elements(listed: Sequence[object]) -> ColumnElement[object]:
    rows = func.json_array_elements(cast(literal(json.dumps(listed), Text), JSON))
    return rows.table_valued(column("value", JSON), name="listed").render_derived().c.value
