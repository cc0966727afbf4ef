"""Pages of the subscriber list, newest first: all, by status or segment, or by search.

Keyset pagination by id. A search is a substring match on `search_text`: on SQLite a scan of the
covering index `subscribers_search`, on PostgreSQL by trigram index if `pg_trgm` is installed, else
a table scan.
"""

import re

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from newsletter.database import paged
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.search_folding import fold

# SQLite would otherwise scan whole rows, several times as long.
_COVERING_INDEX = "INDEXED BY subscribers_search"
# Longer than any address or name; SQLite limits a LIKE pattern to 50,000 bytes.
MAX_LETTERS = 10_000
# Characters in neither addresses nor names, which a database may refuse as a parameter.
_UNSEARCHABLE = re.compile("[\x00\n\ud800-\udfff]")


def page(
    session: Session,
    *,
    status: SubscriberStatus | None = None,
    within: ColumnElement[bool] | None = None,
    words: str = "",
    limit: int,
    after: int | None = None,
    oldest_first: bool = False,
) -> list[Subscriber]:
    """A page of the list; the erased only if their status is asked for.

    Args:
        within: a condition on `Subscriber`, such as a segment's.
        words: part of an address or name, folded; empty: everybody.
        after: as of `newsletter.database.paged`.
    """
    query = paged(select(Subscriber), Subscriber.id, after, oldest_first=oldest_first)
    query = query.where(*conditions(status=status, within=within, words=words))
    if _searched(words):
        query = query.with_hint(Subscriber, _COVERING_INDEX, "sqlite")
    return list(session.scalars(query.limit(limit)))


def conditions(
    *,
    status: SubscriberStatus | None = None,
    within: ColumnElement[bool] | None = None,
    words: str = "",
) -> list[ColumnElement[bool]]:
    """The conditions of a page of the list, for counting or exporting the same people."""
    conditions = [
        Subscriber.status != SubscriberStatus.ERASED
        if status is None
        else Subscriber.status == status
    ]
    if within is not None:
        conditions.append(within)
    if searched := _searched(words):
        is_found = Subscriber.search_text.like(_pattern(searched), escape="\\")
        conditions.append(is_found if len(searched) <= MAX_LETTERS else false())
    return conditions


def _searched(words: str) -> str:
    return fold(_UNSEARCHABLE.sub("", words).strip())


def _pattern(searched: str) -> str:
    """The LIKE pattern for a substring, wildcards escaped."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", searched) + "%"
