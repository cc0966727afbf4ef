"""Entries and posts whose id others share at times: each is one article throughout."""

import pytest
from expectations import CONTEXT

from newsletter.articles import store
from newsletter.articles.importers.base import Importer
from newsletter.articles.importers.formats import feed, wordpress
from newsletter.articles.ingestion.record_import import import_records
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


def wxr(names: str) -> bytes:
    """An export of these posts, all with the same guid."""
    items = "".join(
        f"<item><guid>https://w.example/?p=7</guid><title>Story {name}</title>"
        f"<content:encoded>Words of {name}.</content:encoded><wp:post_id>{ord(name)}</wp:post_id>"
        f"<wp:post_date_gmt>2026-11-0{NAMES.index(name) + 1} 09:00:00</wp:post_date_gmt>"
        "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"
        for name in names
    )
    return (
        '<rss xmlns:wp="http://wordpress.org/export/1.2/" '
        f'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{items}</channel></rss>'
    ).encode()


def titles_after(
    database: Database, clock: FixedClock, files: list[bytes], read: Importer = feed.read
) -> list[str]:
    for content in files:
        import_records(database, read(content, "file", CONTEXT), CONTEXT, clock)
    with database.read() as session:
        return sorted(article.title for article in store.published(session))


@pytest.mark.parametrize("with_links", [True, False])
def test_an_entry_stays_one_article_as_others_join_and_leave(
    database: Database, clock: FixedClock, with_links: bool
) -> None:
    feeds = [rss(names, with_links=with_links) for names in ("A", "AB", "B", "BC", "ABC", "A")]
    assert titles_after(database, clock, feeds) == ["Story A", "Story B", "Story C"]


def test_a_post_stays_one_article_as_others_join_and_leave(
    database: Database, clock: FixedClock
) -> None:
    exports = [wxr(names) for names in ("A", "AB", "B", "BC", "ABC", "A")]
    titles = titles_after(database, clock, exports, wordpress.read)
    assert titles == ["Story A", "Story B", "Story C"]
