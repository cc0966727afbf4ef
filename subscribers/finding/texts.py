"""The folded texts that a search looks through: one of each person, in a table of its own.

SQLite keeps them in FTS5 by trigrams, PostgreSQL in a table with an index of trigrams, where the
extension `pg_trgm` may be used.
"""

import json
import re
from collections.abc import Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Text,
    TextClause,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import TableClause

from subscribers.finding import marks
from subscribers.finding.candidates import LONGEST, Range
from subscribers.finding.following import SEARCH
from subscribers.finding.marks import BETWEEN
from subscribers.finding.models import PeopleChange
from subscribers.finding.portraits import Portrait

TRIGRAM = 3
MOST_TRIGRAMS = 32
# What more than this have is frequent enough to be found soon by reading.
MOST_INDEXED = 15_000

# Numbers come as one text with commas: a row for each would take three times as long.
# Texts are read where FTS5 keeps them (its documentation, "FTS5 Data Structures"): in a third of
# the time that asking FTS5 takes. The ranges come first, and the test is one that no index
# answers, so that there is no other plan. PostgreSQL is told how long a range is: it would else
# expect so much that it compiles the query.
_SQLITE_HOLDING = text(
    "SELECT group_concat(kept.id) FROM json_each(:ranges) AS asked "
    "CROSS JOIN people_search_content AS kept "
    "ON kept.id BETWEEN json_extract(asked.value, '$[0]') AND json_extract(asked.value, '$[1]') "
    "WHERE instr(kept.c0, :words) > 0"
)
_POSTGRESQL_HOLDING = text(
    "SELECT string_agg(CAST(kept.subscriber_id AS text), ',') "
    "FROM unnest(CAST(:firsts AS bigint[]), CAST(:lasts AS bigint[])) AS asked (first, last) "
    "CROSS JOIN LATERAL (SELECT subscriber_id, text FROM people_search "
    "WHERE subscriber_id BETWEEN asked.first AND asked.last LIMIT :longest) AS kept "
    "WHERE strpos(kept.text, :words) > 0"
)
_SQLITE_INDEXED = text(
    "SELECT group_concat(number) FROM (SELECT rowid AS number FROM people_search "
    "WHERE people_search MATCH :wanted AND rowid < :below LIMIT :most) AS found"
)
_POSTGRESQL_INDEXED = text(
    "SELECT string_agg(CAST(subscriber_id AS text), ',') "
    "FROM (SELECT subscriber_id FROM people_search "
    "WHERE text LIKE :wanted AND subscriber_id < :below LIMIT :most) AS found"
)


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


def last_of(session: Session) -> int:
    """The highest number that a text is kept of; 0: none is."""
    return session.scalar(select(func.max(_number_in(_texts_of(session))))) or 0


def holding(session: Session, ranges: Sequence[Range], words: str) -> list[int]:
    """The numbers in these ranges whose texts hold the words, folded; the highest first."""
    values: dict[str, str | int]
    if _is_sqlite(session):
        query = _SQLITE_HOLDING
        values = {"ranges": json.dumps(ranges)}
    else:
        query = _POSTGRESQL_HOLDING
        firsts, lasts = (json.dumps(numbers)[1:-1] for numbers in zip(*ranges, strict=True))
        values = {"firsts": f"{{{firsts}}}", "lasts": f"{{{lasts}}}", "longest": LONGEST}
    return sorted(_numbers(session, query, {**values, "words": words}), reverse=True)


def indexed(session: Session, words: str, below: int) -> list[int] | None:
    """The numbers below one whose texts may hold these three letters or more, by the index.

    None: they are so many that reading the texts finds some soon.
    """
    if _is_sqlite(session):
        query, wanted = _SQLITE_INDEXED, _trigrams(words)
    else:
        query, wanted = _POSTGRESQL_INDEXED, "%" + re.sub(r"([%_\\])", r"\\\1", words) + "%"
    values: dict[str, str | int]
    values = {"wanted": wanted, "below": below, "most": MOST_INDEXED + 1}
    found = _numbers(session, query, values)
    return None if len(found) > MOST_INDEXED else found


def write(session: Session, claim: int, people: Sequence[Portrait]) -> None:
    """Make the texts of those noted under a claim what they are now, and mark their letters."""
    texts = _texts_of(session)
    number = _number_in(texts)
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
    # Those of texts that were there already too: the map may be younger than they are.
    marks.write(session, after)


def _numbers(session: Session, query: TextClause, values: Mapping[str, str | int]) -> list[int]:
    listed: str | None = session.scalar(query, values)
    return [int(number) for number in listed.split(",")] if listed else []


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _texts_of(session: Session) -> TableClause:
    """The table, with a person's number and `text`."""
    number = column("rowid" if _is_sqlite(session) else "subscriber_id", BigInteger())
    return table(SEARCH, number, column("text", Text()))


def _number_in(texts: TableClause) -> ColumnElement[int]:
    """The column of the subscribers' numbers."""
    found: ColumnElement[int] = next(iter(texts.c))
    return found


def _trigrams(words: str) -> str:
    """All of them, each a quoted string; FTS5 knows nothing of their order."""
    starts = range(min(len(words) - TRIGRAM + 1, MOST_TRIGRAMS))
    parts = dict.fromkeys(words[at : at + TRIGRAM] for at in starts)
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in parts)
