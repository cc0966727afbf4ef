"""Lengths of enclosures: from the source, or requested once."""

import pytest
from support import add_article

from newsletter.articles import store
from newsletter.articles.body.media_sizes import MAX_ASKED, update_media_sizes
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.importers.formats import feed
from newsletter.articles.ingestion.record_import import import_records
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.options import Site
from newsletter.database import Database
from newsletter.errors import FetchError
from newsletter.feeds import store as feeds
from newsletter.feeds.documents.entries import entry_of
from newsletter.http_client.fetching import Size

PNG, MP3 = "https://w.example/a.png", "https://w.example/talk?id=7"
RSS = f"""<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>W</title>
<link>https://w.example/</link><item><title>Talk</title><guid>tag:w.example,2026:7</guid>
<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate><description>Hear it.</description>
<enclosure url="{MP3}" type="audio/mpeg" length="123456"/>
<media:content url="{PNG}" type="image/png"/></item></channel></rss>"""


class Servers:
    """Answer how large files are; remember what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, url: str) -> Size:
        self.asked.append(url)
        if url != PNG:
            raise FetchError(f"{url}: the server answered 404")
        return Size(length_bytes=4711, content_type="image/png")


@pytest.fixture
def number(database: Database, clock: FixedClock) -> int:
    """An article of a feed that attaches a recording."""
    context = ImportContext.of(Site())
    import_records(
        database, feed.read(RSS.encode(), "https://w.example/f", context), context, clock
    )
    with database.read() as session:
        return store.get(session, 1).id


def media(database: Database, number: int) -> dict[str, int]:
    """What feeds tell of an article's media, by address."""
    with database.read() as session:
        told = feeds.feed_articles(session, [number])[number]
    entry = entry_of(told, "https://w.example", is_excerpt=False)
    return {one.url: one.length for one in entry.media}


def test_enclosures_of_an_imported_feed_keep_their_length(database: Database, number: int) -> None:
    assert media(database, number)[MP3] == 123456
    with database.read() as session:
        assert f'<a href="{MP3}">' in store.get(session, number).body_html


def test_a_missing_length_is_requested_once(
    database: Database, number: int, clock: FixedClock
) -> None:
    servers = Servers()
    assert update_media_sizes(database, servers.ask, clock) == 1
    assert update_media_sizes(database, servers.ask, clock) == 0
    assert servers.asked == [PNG]
    assert media(database, number) == {MP3: 123456, PNG: 4711}


def test_a_found_length_rebuilds_feeds_without_updating_the_article(
    database: Database, number: int, clock: FixedClock
) -> None:
    with database.read() as session:
        before = store.get(session, number)
    update_media_sizes(database, Servers().ask, clock)
    with database.read() as session:
        after = store.get(session, number)
    assert after.changed_at > before.changed_at
    assert after.updated_at == before.updated_at


def test_a_missing_length_is_requested_at_most_three_times(
    database: Database, clock: FixedClock
) -> None:
    link = '<p><a href="https://w.example/gone.mp3">Hear</a></p>'
    with database.write() as session:
        number = add_article(session, "Gone", clock.now(), image_url=PNG).id
        store.get(session, number).body_html = link
    servers = Servers()
    for _ in range(MAX_ASKED + 2):
        update_media_sizes(database, servers.ask, clock)
    assert media(database, number) == {"https://w.example/gone.mp3": 0, PNG: 4711}
    assert servers.asked.count(PNG) == 1
    assert servers.asked.count("https://w.example/gone.mp3") == MAX_ASKED


def test_lengths_of_drafts_are_not_requested(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        add_article(session, "Draft", clock.now(), status=ArticleStatus.DRAFT, image_url=PNG)
    servers = Servers()
    update_media_sizes(database, servers.ask, clock)
    assert servers.asked == []
