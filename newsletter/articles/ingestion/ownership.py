"""Ownership of articles: a polled feed owns only the articles that it published first.

An article is identified by source and id. A polled feed is untrusted: its ids, links, titles and
dates never match an article of a file, an administrator or another feed. If an unowned article has
the same id, the administrator decides (`--adopt`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.importers.format_detection import ALL_FORMATS
from newsletter.articles.store import Key, StoredArticle
from newsletter.http_client.url_credentials import without_credentials

PREFIX = "feed:"
# Of files whose ids a feed of the same site has too.
_FILE_SOURCES = sorted(
    {source for form in ALL_FORMATS for source, is_shared in form.sources.items() if is_shared}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PolledFeed:
    """The feed that is being polled.

    Args:
        source: the source of its articles (`source_of`).
        others: the sources of the other configured feeds.
        adopts: the administrator gives it unowned articles with its ids.
    """

    source: str
    others: frozenset[str] = field(default_factory=frozenset)
    adopts: bool = False


def source_of(url: str) -> str:
    """The source of a polled feed's articles: its URL without scheme, `www.` and trailing slash."""
    parts = urlsplit(without_credentials(url))
    host = parts.netloc.lower().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{PREFIX}{host}{parts.path.rstrip('/')}{query}"


def is_polled(source: str) -> bool:
    return source.startswith(PREFIX)


def keys_elsewhere(
    records: Iterable[Record], polled: PolledFeed | None, known: Collection[str]
) -> list[Key]:
    """Other keys under which the same articles may be stored.

    Args:
        known: the sources of all feeds ever polled.
    """
    explicit = [record for record in records if record.explicit_key]
    if polled is None:
        return [(s, r.source_key) for r in explicit if r.source == "feed" for s in sorted(known)]
    ended = sorted(set(known) - polled.others - {polled.source})
    return [(s, r.source_key) for r in explicit for s in (*_FILE_SOURCES, *ended)]


def by_id(stored: Mapping[Key, StoredArticle]) -> dict[str, StoredArticle]:
    """Articles stored under an id in another source; the oldest of several."""
    by_key: dict[str, StoredArticle] = {}
    for (_, key), article in stored.items():
        if key not in by_key or article.id < by_key[key].id:
            by_key[key] = article
    return by_key


def ownership_error(record: Record, stored: StoredArticle) -> BadRecord:
    """The error that asks the administrator."""
    if is_polled(record.source):
        return BadRecord(
            where=record.where,
            what=f"its id is that of article {stored.id}, {stored.title!r}, which did not come "
            "from this feed; nothing was changed",
            hint="if it is the feed's own: newsletter articles poll SOURCE --adopt",
        )
    return BadRecord(
        where=record.where,
        what=f"it is article {stored.id}, {stored.title!r}, from the polled feed "
        f"{stored.source.removeprefix(PREFIX)}",
        hint="leave it to the feed, or give it an id of its own",
    )
