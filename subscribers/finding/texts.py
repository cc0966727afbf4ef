"""The folded texts that a search looks through: one of each person, in a table of its own.

SQLite keeps them in FTS5 by trigrams, PostgreSQL in a table with an index of trigrams, where the
extension `pg_trgm` may be used.
"""

import re
from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Text,
    and_,
    bindparam,
    column,
    delete,
    insert,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import TableClause

from subscribers.finding.following import SEARCH
from subscribers.finding.models import PeopleChange
from subscribers.finding.portraits import Portrait
from subscribers.segments.dialects import Position

# Between an address and a name; nothing that is looked for has one.
BETWEEN = "\n"
TRIGRAM = 3
MOST_TRIGRAMS = 32


def fold(words: str) -> str:
    """Letters in lower case, one by one: what is part of a text is part of it folded.

    Only letters that have one capital, and are its only small letter: those that the test of a
    text in SQL takes for the same.
    """
    if words.isascii():
        return words.lower()
    return "".join(
        lower if len(lower := letter.lower()) == 1 and lower.upper() == letter else letter
        for letter in words
    )


def text_of(address: str, name: str) -> str:
    """What a person is found by."""
    return f"{fold(address)}{BETWEEN}{fold(name)}"


def texts_of(session: Session) -> TableClause:
    """The table, with a person's `number` and `text`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    number = column("rowid" if is_sqlite else "subscriber_id", BigInteger())
    return table(SEARCH, number, column("text", Text()))


def number_in(texts: TableClause) -> ColumnElement[int]:
    """The column of the subscribers' numbers."""
    found: ColumnElement[int] = next(iter(texts.c))
    return found


def holds(session: Session, texts: TableClause, words: str) -> ColumnElement[bool]:
    """The condition on a text to hold these words, folded."""
    if session.get_bind().dialect.name != "sqlite":
        pattern = re.sub(r"([%_\\])", r"\\\1", words)
        return texts.c.text.like(f"%{pattern}%")
    is_there: ColumnElement[bool] = Position(texts.c.text, literal(words, Text())) > 0
    if len(words) < TRIGRAM:
        return is_there
    matches = text(f"{SEARCH} MATCH :trigrams").bindparams(trigrams=_trigrams(words))
    return and_(matches, is_there)


def write(session: Session, claim: int, people: Sequence[Portrait]) -> None:
    """Make the texts of those noted under a claim what they are now."""
    texts = texts_of(session)
    number = number_in(texts)
    noted = select(PeopleChange.subscriber_id).where(PeopleChange.claim == claim)
    rows = session.execute(select(number, texts.c.text).where(number.in_(noted)))
    before: dict[int, str] = dict(rows.all())
    after = {p.id: text_of(p.address, p.name) for p in people if p.address}
    connection = session.connection()
    if old := [{"n": key} for key, found in before.items() if after.get(key) != found]:
        connection.execute(delete(texts).where(number == bindparam("n")), old)
    if new := [{"n": key, "t": made} for key, made in after.items() if before.get(key) != made]:
        values: dict[str, BindParameter[object]]
        values = {str(number.name): bindparam("n"), "text": bindparam("t")}
        connection.execute(insert(texts).values(values), new)


def _trigrams(words: str) -> str:
    """All of them, each a quoted string; FTS5 knows nothing of their order."""
    starts = range(min(len(words) - TRIGRAM + 1, MOST_TRIGRAMS))
    parts = dict.fromkeys(words[at : at + TRIGRAM] for at in starts)
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in parts)
