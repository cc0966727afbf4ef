"""Whose an article is: a polled feed owns what it told first, and nothing else.

Identity is the source and its id for an article. A polled feed is a stranger: whatever id, link,
title or date its entries have, they are never taken for an article that a file, a person or another
feed made. Where the same id is here already and nobody else claims it, the administrator decides.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.store import Key, StoredArticle

PREFIX = "feed:"
# What files give as the source of records whose ids are unique in the world.
FILE_SOURCES = ("feed", "wordpress", "markdown", "csv", "json")


@dataclass(frozen=True, kw_only=True, slots=True)
class PolledFeed:
    """The feed that is being polled.

    Args:
        source: of its articles, as `source_of` names it.
        others: of the other configured feeds.
        adopts: the administrator says that articles with its ids are its own, whoever made them.
    """

    source: str
    others: frozenset[str] = field(default_factory=frozenset)
    adopts: bool = False


def source_of(url: str) -> str:
    """The source of a polled feed's articles: its address, but for what changes with a move to
    https, to or from `www.`, or of a slash at the end.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{PREFIX}{host}{parts.path.rstrip('/')}{query}"


def is_polled(source: str) -> bool:
    return source.startswith(PREFIX)


def keys_elsewhere(
    records: Iterable[Record], polled: PolledFeed | None, known: Collection[str]
) -> list[Key]:
    """Under which other keys the same articles might be stored.

    Args:
        known: the sources of all feeds that were ever polled.
    """
    found = [record for record in records if record.explicit_key]
    if polled is None:
        return [(s, r.source_key) for r in found if r.source == "feed" for s in sorted(known)]
    ended = sorted(set(known) - polled.others - {polled.source})
    return [(s, r.source_key) for r in found for s in (*FILE_SOURCES, *ended)]


def by_id(stored: Mapping[Key, StoredArticle]) -> dict[str, StoredArticle]:
    """What is stored under an id elsewhere; the oldest article where there are several."""
    found: dict[str, StoredArticle] = {}
    for (_, key), article in stored.items():
        if key not in found or article.id < found[key].id:
            found[key] = article
    return found


def belongs_elsewhere(record: Record, stored: StoredArticle) -> BadRecord:
    """What the administrator is asked."""
    if is_polled(record.source):
        return BadRecord(
            where=record.where,
            what=f"its id is that of article {stored.id}, {stored.title!r}, which did not come "
            "from this feed; nothing was changed",
            mend="if it is the feed's own: newsletter articles poll SOURCE --adopt",
        )
    return BadRecord(
        where=record.where,
        what=f"it is article {stored.id}, {stored.title!r}, from the polled feed "
        f"{stored.source.removeprefix(PREFIX)}",
        mend="leave it to the feed, or give it an id of its own",
    )
