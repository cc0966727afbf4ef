"""Polling of feeds, one of them from a real server with conditional requests."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from expectations import CONTEXT
from threads import http_server

from newsletter.articles import store
from newsletter.articles.importers.base import Record
from newsletter.articles.ingestion.ownership import source_of
from newsletter.articles.ingestion.polling import due_sources, is_due, poll_source
from newsletter.articles.ingestion.record_import import ImportReport, import_records
from newsletter.articles.models import Article, FeedSource
from newsletter.clock import FixedClock
from newsletter.config.options import SourceOptions
from newsletter.database import Database
from newsletter.errors import FetchError
from newsletter.http_client.fetching import Fetched

URL = "https://feeds.example/rss"
SOURCE = SourceOptions(url=URL, topics=("environment",))
HALF_HOUR = timedelta(minutes=30)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def rss(*titles: str) -> bytes:
    items = "".join(
        f"<item><guid>https://feeds.example/{n}</guid><title>{title}</title>"
        f"<category>News</category><description>Words.</description></item>"
        for n, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()


class Source:
    """Answers with what it is told to; remembers what it was asked."""

    def __init__(self, *answers: bytes | Exception | None) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, bool]] = []

    def __call__(self, url: str, *, etag: str, last_modified: str, allow_private: bool) -> Fetched:
        self.asked.append((etag, last_modified, allow_private))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return Fetched(url=url, changed=False)
        number = len(self.asked)
        return Fetched(url=url, changed=True, content=answer, etag=f'"{number}"', last_modified="L")


def row(database: Database) -> FeedSource:
    with database.read() as session:
        found = store.known_source(session, URL)
    assert found is not None
    return found


def published(database: Database) -> list[Article]:
    with database.read() as session:
        return store.published(session)


def test_new_entries_get_the_sources_topics(database: Database, clock: FixedClock) -> None:
    report = poll_source(database, SOURCE, CONTEXT, clock, Source(rss("One", "Two")))
    assert report.created == 2
    topics = {topic.slug for article in published(database) for topic in article.topics}
    assert topics == {"environment", "news"}
    assert (row(database).etag, row(database).polled_at) == ('"1"', clock.now())


def test_the_next_poll_sends_a_conditional_request(database: Database, clock: FixedClock) -> None:
    source = Source(rss("One"), None, rss("One", "Two"))
    for _ in range(3):
        poll_source(database, SOURCE, CONTEXT, clock, source)
    assert source.asked == [("", "", False), ('"1"', "L", False), ('"1"', "L", False)]
    assert len(published(database)) == 2


def test_a_failed_poll_is_recorded_and_the_next_is_unconditional(
    database: Database, clock: FixedClock
) -> None:
    source = Source(rss("One"), FetchError(f"{URL}: no connection: refused"), rss("One"))
    poll_source(database, SOURCE, CONTEXT, clock, source)
    report = poll_source(database, SOURCE, CONTEXT, clock, source)
    assert [(bad.where, bad.what) for bad in report.bad] == [(URL, "no connection: refused")]
    assert row(database).last_error == "no connection: refused"
    poll_source(database, SOURCE, CONTEXT, clock, source)
    assert source.asked[-1] == ("", "", False)
    assert row(database).last_error == ""


def test_a_feed_with_a_wrong_content_type_is_reported(
    database: Database, clock: FixedClock
) -> None:
    page = b"<!doctype html><html><body>Not found</body></html>"
    report = poll_source(database, SOURCE, CONTEXT, clock, Source(page))
    assert "web page, not a feed" in report.bad[0].what
    assert "web page, not a feed" in row(database).last_error


def test_a_database_that_fails_does_not_raise(tmp_path: Path, clock: FixedClock) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    report = poll_source(empty, SOURCE, CONTEXT, clock, Source(rss("One")))
    assert "no such table" in report.bad[0].what
    empty.close()


def test_only_due_sources_are_polled(database: Database, clock: FixedClock) -> None:
    sources = {"wexcombe": SOURCE}
    assert due_sources(database, sources, clock.now()) == ["wexcombe"]
    poll_source(database, SOURCE, CONTEXT, clock, Source(rss("One")))
    assert due_sources(database, sources, clock.now()) == []
    assert due_sources(database, sources, clock.now() + SOURCE.every) == ["wexcombe"]


@pytest.mark.parametrize(
    ("polled_at", "due"),
    [
        (None, True),
        (NOW - HALF_HOUR, True),
        (NOW - HALF_HOUR + timedelta(seconds=1), False),
        (NOW, False),
    ],
)
def test_when_a_source_is_due(polled_at: datetime | None, due: bool) -> None:
    assert is_due(FeedSource(url=URL, polled_at=polled_at), HALF_HOUR, NOW) is due


def test_a_source_never_polled_is_due() -> None:
    assert is_due(None, HALF_HOUR, NOW)


class Quiet(SimpleHTTPRequestHandler):
    """The standard library's file server, which knows If-Modified-Since."""

    statuses: list[int]

    def log_request(self, code: object = "-", size: object = "-") -> None:
        self.server.statuses.append(int(code))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    handler = partial(Quiet, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.statuses = []
    with http_server(server):
        yield server


def test_the_password_of_a_source_reaches_neither_articles_nor_reports(
    sqlite_url: str, clock: FixedClock, served: ThreadingHTTPServer, tmp_path: Path
) -> None:
    item = (
        '<item><guid>/a/1</guid><link>/a/1</link><enclosure url="a.mp3" type="audio/mpeg"/>'
        '<description>&lt;a href="b"&gt;Words&lt;/a&gt;</description></item><item/>'
    )
    (tmp_path / "feed.xml").write_text(f'<rss version="2.0"><channel>{item}</channel></rss>')
    database = Database(sqlite_url)
    url = f"http://ann:s@cret@127.0.0.1:{served.server_port}/feed.xml"
    stored_feed = poll_source(database, SourceOptions(url=url, allow_private=True), CONTEXT, clock)
    refused = poll_source(database, SourceOptions(url=url), CONTEXT, clock)
    [article] = published(database)
    texts = [article.canonical_url, article.source_key, article.body_html, str(article.media)]
    with database.read() as session:
        stored = store.known_source(session, url)
        assert stored is not None
        texts.append(stored.last_error)
    texts += [str(bad) for bad in (*stored_feed.bad, *refused.bad)]
    assert len(texts) == 7
    assert [text for text in texts if "cret" in text or not text] == []
    database.close()


def test_a_real_feed_is_asked_conditionally(
    sqlite_url: str, clock: FixedClock, served: ThreadingHTTPServer, tmp_path: Path
) -> None:
    (tmp_path / "feed.xml").write_bytes(rss("One"))
    database = Database(sqlite_url)
    url = f"http://127.0.0.1:{served.server_port}/feed.xml"
    source = SourceOptions(url=url, allow_private=True)
    assert poll_source(database, source, CONTEXT, clock).created == 1
    report = poll_source(database, source, CONTEXT, clock)
    assert (report.created, report.bad) == (0, [])
    assert served.statuses == [200, 304]
    refused = poll_source(
        database, source.model_copy(update={"allow_private": False}), CONTEXT, clock
    )
    assert "private network" in refused.bad[0].what
    assert served.statuses == [200, 304]
    database.close()


OTHER = SourceOptions(url="https://other.example/rss")
BOTH = (SOURCE, OTHER)


def poll(
    database: Database, clock: FixedClock, source: SourceOptions, content: bytes
) -> ImportReport:
    return poll_source(database, source, CONTEXT, clock, Source(content), among=BOTH)


def titles(database: Database) -> list[str]:
    return sorted(article.title for article in published(database))


@pytest.mark.parametrize(
    "stolen",
    [
        rss("Stolen"),
        rss("Stolen")
        .replace(b"<guid>https://feeds.example/0</guid>", b"")
        .replace(b"<title>Stolen", b"<link>https://feeds.example/0</link><title>Stolen"),
        rss("One").replace(b"<guid>https://feeds.example/0</guid>", b""),
    ],
    ids=["guid", "link", "title"],
)
def test_a_feed_never_changes_articles_of_another_feed(
    database: Database, clock: FixedClock, stolen: bytes
) -> None:
    poll(database, clock, SOURCE, rss("One"))
    [before] = published(database)
    poll(database, clock, OTHER, stolen.replace(b"Words.", b"Lies."))
    with database.read() as session:
        after = store.get(session, before.id)
    assert (after.title, after.body_text, after.uid) == ("One", "Words.", before.uid)


@pytest.mark.parametrize("form", ["feed", "wordpress", "markdown"])
def test_a_feed_never_changes_imported_articles_without_adoption(
    database: Database, clock: FixedClock, form: str
) -> None:
    record = replace(of_file("One"), source=form)
    import_records(database, [record], CONTEXT, clock)
    report = poll(database, clock, SOURCE, rss("Stolen"))
    assert titles(database) == ["One"]
    assert "--adopt" in report.bad[0].hint


def test_a_feed_without_ids_never_matches_an_imported_article(
    database: Database, clock: FixedClock
) -> None:
    dated = "<pubDate>Sun, 01 Nov 2026 09:00:00 GMT</pubDate><title>"
    record = replace(of_file("One"), source="text", source_key="one", explicit_key=False)
    import_records(database, [record], CONTEXT, clock)
    content = rss("One").replace(b"<guid>https://feeds.example/0</guid>", b"")
    poll(database, clock, SOURCE, content.replace(b"<title>O", dated.encode() + b"O"))
    with database.read() as session:
        assert store.get(session, 1).source == "text"


def test_an_administrator_can_adopt_an_article_for_its_feed(
    database: Database, clock: FixedClock
) -> None:
    import_records(database, [of_file("One")], CONTEXT, clock)
    asked = Source(rss("Changed"))
    report = poll_source(database, SOURCE, CONTEXT, clock, asked, among=BOTH, adopts=True)
    assert (report.created, report.updated, titles(database)) == (0, 1, ["Changed"])
    assert poll(database, clock, SOURCE, rss("Again")).updated == 1


def test_articles_of_another_configured_feed_cannot_be_adopted(
    database: Database, clock: FixedClock
) -> None:
    poll(database, clock, OTHER, rss("One"))
    asked = Source(rss("Stolen"))
    poll_source(database, SOURCE, CONTEXT, clock, asked, among=BOTH, adopts=True)
    assert titles(database) == ["One", "Stolen"]


def test_articles_of_a_removed_feed_need_adoption(database: Database, clock: FixedClock) -> None:
    poll(database, clock, OTHER, rss("One"))
    report = poll_source(database, SOURCE, CONTEXT, clock, Source(rss("One")), among=[SOURCE])
    assert (report.created, "--adopt" in report.bad[0].hint) == (0, True)


def test_importing_a_polled_feed_from_a_file_changes_nothing(
    database: Database, clock: FixedClock
) -> None:
    poll(database, clock, SOURCE, rss("One"))
    report = import_records(database, [of_file("Stale")], CONTEXT, clock)
    assert (report.created, report.updated, titles(database)) == (0, 0, ["One"])


def test_an_exception_in_one_feed_does_not_stop_the_next(
    database: Database, clock: FixedClock
) -> None:
    source = Source(ZeroDivisionError("oh"), rss("One"))
    reports = {
        each.url: poll_source(database, each, CONTEXT, clock, source, among=BOTH) for each in BOTH
    }
    assert "ZeroDivisionError" in reports[SOURCE.url].bad[0].what
    assert reports[OTHER.url].created == 1
    assert "ZeroDivisionError" in row(database).last_error


def of_file(title: str) -> Record:
    return Record(
        source="feed",
        source_key="https://feeds.example/0",
        explicit_key=True,
        title=title,
        body_html="<p>Words.</p>",
        published_at=datetime(2026, 11, 1, 9, tzinfo=UTC),
        where="feed.rss",
    )


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.harbour.example/rss/", "feed:harbour.example/rss"),
        ("http://user:pass@Harbour.example/rss?x=1", "feed:harbour.example/rss?x=1"),
    ],
)
def test_a_feed_keeps_its_articles_when_its_url_changes_to_https(url: str, source: str) -> None:
    assert source_of(url) == source
