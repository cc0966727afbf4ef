"""Pages of the list of subscribers, newest first: all, of a status or segment, or of a search.

Keyset pagination by the subscriber's number. A search is a substring match on `search_text`: on
SQLite a scan of the covering index `subscribers_search`, on PostgreSQL by its trigram index where
`pg_trgm` could be installed, else a scan of the table.
"""

import re

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from subscribers.folding import fold
from subscribers.models import Subscriber, SubscriberStatus

# SQLite would scan the whole rows, which are several times as long.
_COVERING_INDEX = "INDEXED BY subscribers_search"
# No address or name is as long; SQLite takes a pattern of 50,000 bytes (its "Implementation
# Limits").
MOST_LETTERS = 10_000
# What neither an address nor a name holds, and a database may refuse as a parameter.
_UNSEARCHABLE = re.compile("[\x00\n\ud800-\udfff]")


def page(
    session: Session,
    *,
    status: SubscriberStatus | None = None,
    within: ColumnElement[bool] | None = None,
    words: str = "",
    limit: int,
    below: int | None = None,
) -> list[Subscriber]:
    """A page of the list; the erased are on it only where their status is asked for.

    Args:
        within: a condition on `Subscriber`, such as a segment's.
        words: part of an address or name, as `fold` makes it; empty: everybody.
        below: only those whose number is smaller: the next page.
    """
    query = select(Subscriber).order_by(Subscriber.id.desc())
    if status is None:
        query = query.where(Subscriber.status != SubscriberStatus.ERASED)
    else:
        query = query.where(Subscriber.status == status)
    if within is not None:
        query = query.where(within)
    if searched := fold(_UNSEARCHABLE.sub("", words).strip()):
        if len(searched) > MOST_LETTERS:
            return []
        query = query.where(Subscriber.search_text.like(_pattern(searched), escape="\\"))
        query = query.with_hint(Subscriber, _COVERING_INDEX, "sqlite")
    if below is not None:
        query = query.where(Subscriber.id < below)
    return list(session.scalars(query.limit(limit)))


def _pattern(searched: str) -> str:
    """The pattern of LIKE for a text anywhere, none of its characters a wildcard."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", searched) + "%"
