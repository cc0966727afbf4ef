"""References to stored pictures, anywhere in the database.

Every text of every table counts, so that a table added later cannot lose its pictures; only tables
whose texts are never shown to anybody, and grow with people, are left out.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, Table, cast, or_, select
from sqlalchemy.orm import Session

from newsletter.database import Base
from newsletter.media.urls import hashes_in

# Rows for each person or mail, without HTML.
LEFT_OUT = frozenset(
    {"audit_log", "audit_outcomes", "consent_events", "deliveries",
     "mail_statistics", "media_items", "media_renditions", "subscribers", "suppressions"}
)  # fmt: skip
PART = "%/media/%"


def referenced_hashes(session: Session, *texts: str) -> set[str]:
    """The content hashes in every text of the database, and in these."""
    hashes = {one for text in texts for one in hashes_in(text)}
    for table in Base.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            for text in _texts(session, table):
                hashes |= hashes_in(text)
    return hashes


def _texts(session: Session, table: Table) -> Iterator[str]:
    """The values of a table that name a picture."""
    columns: list[ColumnElement[Any]] = [
        cast(column, String) if isinstance(column.type, JSON) else column
        for column in table.columns
        if isinstance(column.type, (String, JSON))
    ]
    if not columns:
        return
    query = select(*columns).where(or_(*(column.like(PART) for column in columns)))
    for row in session.execute(query.execution_options(yield_per=100)):
        yield from (value for value in row if value)
