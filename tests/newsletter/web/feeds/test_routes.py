"""Feeds over HTTP."""

import gzip
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import brotli
import httpx
import pytest
from sqlalchemy.orm import Session
from support import add_article, add_subscriber

from newsletter.app import Newsletter
from newsletter.articles import store
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.feeds import private
from newsletter.feeds.documents.building import build
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.maintenance import FeedMaintenance
from newsletter.feeds.scopes import Selection
from newsletter.web.services import SiteServices
from subscribers import store as people

PATHS = [f"{folder}/feed.{kind.value}" for folder in ("", "/topics/housing") for kind in FeedKind]
START = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
PLAIN = {"Accept-Encoding": "identity"}
VALIDATORS = ("etag", "last-modified", "cache-control", "vary")


@pytest.mark.parametrize("kind", FeedKind)
def test_a_feed_is_served_with_its_type(
    client: httpx.Client, program: Newsletter, kind: FeedKind
) -> None:
    response = client.get(f"/feed.{kind.value}")
    with program.database.read() as session:
        assert response.content == build(session, program.config, Selection(kind=kind)).content
    assert response.headers["content-type"] == f"{kind.content_type}; charset=utf-8"
    assert response.headers["cache-control"].startswith("public, max-age=600")


@pytest.mark.parametrize("path", PATHS)
def test_a_matching_etag_is_a_304(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert [again.headers[v] for v in VALIDATORS] == [first.headers[v] for v in VALIDATORS]


def test_a_matching_date_is_a_304(client: httpx.Client) -> None:
    since = client.get("/feed.atom").headers["last-modified"]
    assert client.get("/feed.atom", headers={"If-Modified-Since": since}).status_code == 304
    other = {"If-Modified-Since": since, "If-None-Match": '"an-older-one"'}
    assert client.get("/feed.atom", headers=other).status_code == 200


def test_a_change_gives_a_new_tag(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    tag = client.get("/feed.rss").headers["etag"]
    with program.database.write() as session:
        newest = store.published(session)[0]
        store.set_status(session, newest.id, ArticleStatus.WITHDRAWN, clock.now())
    after = client.get("/feed.rss", headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after.headers["etag"] != tag
    assert f">{newest.uid}<" not in after.text
    assert f'<at:deleted-entry ref="{newest.uid}"' in after.text


def test_each_encoding_has_a_tag_of_its_own(client: httpx.Client) -> None:
    plain = client.get("/feed.atom", headers=PLAIN)
    with client.stream("GET", "/feed.atom", headers={"Accept-Encoding": "gzip"}) as zipped:
        raw = b"".join(zipped.iter_raw())
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert plain.headers["etag"] != zipped.headers["etag"]
    assert plain.headers["vary"] == zipped.headers["vary"]
    crossed = {**PLAIN, "If-None-Match": zipped.headers["etag"]}
    assert client.get("/feed.atom", headers=crossed).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_headers_of_get(client: httpx.Client, path: str) -> None:
    get, head = client.get(path, headers=PLAIN), client.head(path, headers=PLAIN)
    assert head.status_code == 200
    assert head.content == b""
    for name in (*VALIDATORS, "content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("path", ["/feed.xyz", "/topics/cheese/feed.atom", "/feed."])
def test_an_unknown_feed_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


BROWSER = {
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
}
# Accept headers of feed readers, one of which prefers HTML.
READERS = (
    "*/*",
    "text/html,application/xml,application/atom+xml;q=0.8",
    "application/atom+xml, application/rss+xml",
    "",
)


@pytest.mark.parametrize("accept", READERS)
def test_a_reader_gets_the_feed_whatever_it_accepts(client: httpx.Client, accept: str) -> None:
    for _ in range(2):
        response = client.get("/feed.atom", headers={"Accept": accept})
        assert response.headers["content-type"].startswith("application/atom+xml")


def test_a_navigating_browser_gets_a_page_and_caches_keep_them_apart(
    client: httpx.Client,
) -> None:
    client.get("/topics/housing/feed.atom")
    page = client.get("/topics/housing/feed.atom", headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-store"
    assert "https://wexcombe.example/topics/housing/feed.atom" in page.text
    assert "Homes &lt;agreed&gt;" in page.text
    after = client.get("/topics/housing/feed.atom")
    assert after.headers["content-type"].startswith("application/atom+xml")
    assert page.headers["vary"] == after.headers["vary"]
    assert "sec-fetch-mode" in after.headers["vary"].lower()


def test_the_feed_itself_can_be_seen_in_a_browser_too(client: httpx.Client) -> None:
    response = client.get("/feed.atom?raw=1", headers=BROWSER)
    assert response.headers["content-type"].startswith("application/atom+xml")


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("/topics/transport+housing/feed.rss", "/topics/housing+transport/feed.rss"),
        ("/topics/housing+housing/feed.rss", "/topics/housing/feed.rss"),
        ("/feed.atom?utm_source=x", "/feed.atom"),
        ("/feed.atom?page=1&content=full", "/feed.atom"),
        ("/feed.atom?entries=2&content=excerpt", "/feed.atom?content=excerpt&entries=2"),
    ],
)
def test_a_feed_has_one_address(client: httpx.Client, asked: str, right: str) -> None:
    response = client.get(asked)
    assert response.status_code == 301
    assert response.headers["location"] == f"https://wexcombe.example{right}"
    assert client.get(right).status_code == 200


@pytest.mark.parametrize("query", ["entries=0", "entries=9999", "content=all", "page=x"])
def test_invalid_feed_parameters_are_a_bad_request(client: httpx.Client, query: str) -> None:
    response = client.get(f"/feed.atom?{query}")
    assert response.status_code == 400
    assert "rite " in response.text


def test_brotli_is_sent_where_accepted(client: httpx.Client) -> None:
    plain = client.get("/feed.atom", headers=PLAIN)
    for _ in range(2):
        with client.stream("GET", "/feed.atom", headers={"Accept-Encoding": "br, gzip"}) as found:
            raw = b"".join(found.iter_raw())
        assert found.headers["content-encoding"] == "br"
        assert brotli.decompress(raw) == plain.content
        assert found.headers["etag"] == plain.headers["etag"][:-1] + '-br"'


def test_an_archive_may_be_kept_for_long(client: httpx.Client, program: Newsletter) -> None:
    with program.database.write() as session:
        for number in range(60):
            add_article(session, f"Older {number}", START + timedelta(days=number))
    FeedMaintenance(program.database, program.config, program.clock).run()
    found = client.get("/feed.atom?archive=1")
    assert found.status_code == 200
    assert "immutable" in found.headers["cache-control"]
    links = client.get("/feed.atom").headers["link"]
    assert '<https://wexcombe.example/feed.atom?archive=1>; rel="prev-archive"' in links
    assert client.get("/feed.atom?archive=2").status_code == 404


def private_path(program: Newsletter) -> str:
    now, signer = program.clock.now(), program.signer(private.PURPOSE)
    with program.database.write() as session:
        anna = add_subscriber(session, "anna@wexcombe.example", now, topics=["housing"])
        token = private.token_of(session, signer, anna, now)
    return f"/{private.path_of(token, FeedKind.ATOM)}"


def test_a_private_feed_is_its_subscribers_own_until_revoked(
    client: httpx.Client, program: Newsletter
) -> None:
    path = private_path(program)
    found = client.get(path)
    assert found.status_code == 200
    assert "Homes &lt;agreed&gt;" in found.text
    assert "Bus runs late" not in found.text
    assert "anna" not in found.text
    assert found.headers["cache-control"].startswith("private")
    assert "noindex" in found.headers["x-robots-tag"]
    assert 'rel="hub"' not in found.headers["link"]
    with program.database.write() as session:
        anna = people.by_address(session, "anna@wexcombe.example")
        private.revoke(session, anna, program.clock.now())
    assert client.get(path).status_code == 410
    assert client.get("/private/forged/feed.atom").status_code == 400


def test_requests_between_checks_are_answered_from_memory(
    client: httpx.Client,
    program: Newsletter,
    show: Callable[[SiteServices], None],
    clock: FixedClock,
) -> None:
    feeds = program.config.feeds.model_copy(update={"check_every": timedelta(hours=1)})
    program.config = program.config.model_copy(update={"feeds": feeds})
    show(program)
    first = client.get("/feed.atom")
    with program.database.write() as session:
        newest = store.published(session)[0]
        store.set_status(session, newest.id, ArticleStatus.WITHDRAWN, clock.now())
    assert client.get("/feed.atom").headers["etag"] == first.headers["etag"]
    same = {"If-None-Match": first.headers["etag"]}
    assert client.get("/feed.atom", headers=same).status_code == 304
    head = client.head("/feed.atom")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == first.headers["content-length"]


class SlowDatabase(Database):
    """Reads wait, once it is slow, until they may go on."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.is_slow = False
        self.read_begins, self.may_go_on = threading.Event(), threading.Event()

    @contextmanager
    def read(self) -> Iterator[Session]:
        if self.is_slow:
            self.read_begins.set()
            assert self.may_go_on.wait(10)
        with super().read() as session:
            yield session


def test_excess_requests_are_answered_503_with_retry_after(
    client: httpx.Client,
    program: Newsletter,
    sqlite_url: str,
    show: Callable[[SiteServices], None],
) -> None:
    web = program.config.web.model_copy(update={"max_concurrent": 1})
    feeds = program.config.feeds.model_copy(update={"check_every": timedelta(hours=1)})
    program.config = program.config.model_copy(update={"web": web, "feeds": feeds})
    program.database.close()
    slow_database = SlowDatabase(sqlite_url)
    program.database = slow_database
    show(program)
    client.get("/feed.atom")
    slow_database.is_slow = True
    with ThreadPoolExecutor(1) as reader:
        slow = reader.submit(client.get, "/")
        assert slow_database.read_begins.wait(10)
        refused = client.get("/search")
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/feed.atom").status_code == 200
        slow_database.may_go_on.set()
        assert slow.result(10).status_code == 200
