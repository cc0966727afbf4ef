"""Asking feeds for new articles, one of them a real server with conditional requests."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from expectations import CONTEXT

from newsletter.articles import store
from newsletter.articles.models import Article, FeedSource
from newsletter.articles.polling import due_sources, is_due, poll_source
from newsletter.clock import FixedClock
from newsletter.config.options import SourceOptions
from newsletter.database import Database
from newsletter.errors import FetchError
from newsletter.fetching import Fetched

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


def test_what_is_new_is_stored_under_the_sources_topics_too(
    database: Database, clock: FixedClock
) -> None:
    report = poll_source(database, SOURCE, CONTEXT, clock, Source(rss("One", "Two")))
    assert report.created == 2
    topics = {topic.slug for article in published(database) for topic in article.topics}
    assert topics == {"environment", "news"}
    assert (row(database).etag, row(database).polled_at) == ('"1"', clock.now())


def test_the_next_poll_asks_only_for_changes(database: Database, clock: FixedClock) -> None:
    source = Source(rss("One"), None, rss("One", "Two"))
    for _ in range(3):
        poll_source(database, SOURCE, CONTEXT, clock, source)
    assert source.asked == [("", "", False), ('"1"', "L", False), ('"1"', "L", False)]
    assert len(published(database)) == 2


def test_a_failure_is_kept_and_told_and_the_next_poll_asks_for_everything(
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


def test_a_feed_that_lies_about_its_type_is_told(database: Database, clock: FixedClock) -> None:
    page = b"<!doctype html><html><body>Not found</body></html>"
    report = poll_source(database, SOURCE, CONTEXT, clock, Source(page))
    assert "web page, not a feed" in report.bad[0].what
    assert "web page, not a feed" in row(database).last_error


def test_a_database_that_fails_does_not_raise(tmp_path: Path, clock: FixedClock) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    report = poll_source(empty, SOURCE, CONTEXT, clock, Source(rss("One")))
    assert "no such table" in report.bad[0].what
    empty.close()


def test_only_what_is_due_is_polled(database: Database, clock: FixedClock) -> None:
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
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.statuses = []
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


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
