"""Lists as SQL tables: passed as one JSON parameter of any length.

Writing and planning a statement with one parameter per value takes longer than executing it; and
the PostgreSQL driver encodes an array more slowly than JSON.
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
    """Pairs of a number and a text, as two columns to join with."""
    if session.get_bind().dialect.name == "sqlite":
        pair = func.json_each(json.dumps(listed)).table_valued("value", name="pair").c.value
        return func.json_extract(pair, "$[0]"), func.json_extract(pair, "$[1]")
    value = _elements(listed)
    return cast(value.op("->>")(0), BigInteger), value.op("->>")(1)


def numbers(session: Session, listed: Collection[int]) -> Select[tuple[int]]:
    """Numbers, as a subquery for `in_`."""
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(json.dumps(list(listed))).table_valued("value").c.value)
    return select(cast(cast(_elements(list(listed)), Text), BigInteger))


def _elements(listed: Sequence[object]) -> ColumnElement[object]:
    rows = func.json_array_elements(cast(literal(json.dumps(listed), Text), JSON))
    return rows.table_valued(column("value", JSON), name="listed").render_derived().c.value
