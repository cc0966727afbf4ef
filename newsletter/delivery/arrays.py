"""Lists as tables in a statement: one parameter, however many they are.

A statement with a parameter for each would be longer to write and to plan than to execute.
"""

import json
from collections.abc import Collection, Sequence

from sqlalchemy import BigInteger, ColumnElement, Select, Text, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session


def pairs(
    session: Session, listed: Sequence[Sequence[object]]
) -> tuple[ColumnElement[int], ColumnElement[str]]:
    """Numbers with texts, as two columns to join with."""
    if session.get_bind().dialect.name == "sqlite":
        rows = func.json_each(json.dumps(listed)).table_valued("value", name="pair")
        value = rows.c.value
        return func.json_extract(value, "$[0]"), func.json_extract(value, "$[1]")
    keys, texts = zip(*listed, strict=True)
    both = func.unnest(
        literal(list(keys), ARRAY(BigInteger)), literal(list(texts), ARRAY(Text))
    ).table_valued(column("key", BigInteger), column("text", Text), name="pair")
    both = both.render_derived()
    return both.c.key, both.c.text


def numbers(session: Session, listed: Collection[int]) -> Select[tuple[int]]:
    """Numbers, for `in_`."""
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(json.dumps(list(listed))).table_valued("value").c.value)
    return select(func.unnest(literal(list(listed), ARRAY(BigInteger))))
