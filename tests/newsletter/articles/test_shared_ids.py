"""Entries whose id other entries share at times: each is one article, whatever the feed holds."""

import pytest
from expectations import CONTEXT

from newsletter.articles import store
from newsletter.articles.importers.feed import read
from newsletter.articles.record_import import import_records
from newsletter.clock import FixedClock
from newsletter.database import Database

NAMES = "ABC"


def rss(names: str, *, with_links: bool) -> bytes:
    """A feed of these entries, all with the same guid."""
    items = "".join(
        f"<item><guid isPermaLink='false'>g:1</guid><title>Story {name}</title>"
        + (f"<link>https://w.example/{name}</link>" if with_links else "")
        + f"<pubDate>0{NAMES.index(name) + 1} Nov 2026 09:00:00 GMT</pubDate>"
        f"<description>Words of {name}.</description></item>"
        for name in names
    )
    return f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()


def titles_after(database: Database, clock: FixedClock, feeds: list[bytes]) -> list[str]:
    for content in feeds:
        import_records(database, read(content, "feed.rss", CONTEXT), CONTEXT, clock)
    with database.read() as session:
        return sorted(article.title for article in store.published(session))


@pytest.mark.parametrize("with_links", [True, False])
def test_an_entry_stays_one_article_as_others_join_and_leave(
    database: Database, clock: FixedClock, with_links: bool
) -> None:
    feeds = [rss(names, with_links=with_links) for names in ("A", "AB", "B", "BC", "ABC", "A")]
    assert titles_after(database, clock, feeds) == ["Story A", "Story B", "Story C"]
