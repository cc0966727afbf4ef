"""The feeds as a feed reader fetches them."""

import gzip

import httpx
import pytest

from newsletter.app import Newsletter
from newsletter.articles import store
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.feeds.building import build
from newsletter.feeds.documents import FeedKind
from newsletter.feeds.scopes import Selection

PATHS = [f"{folder}/feed.{kind.value}" for folder in ("", "/topics/housing") for kind in FeedKind]
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
def test_asking_again_with_the_tag_costs_nothing(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert [again.headers[v] for v in VALIDATORS] == [first.headers[v] for v in VALIDATORS]


def test_asking_again_with_the_date_costs_nothing(client: httpx.Client) -> None:
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
def test_head_says_what_get_would(client: httpx.Client, path: str) -> None:
    get, head = client.get(path, headers=PLAIN), client.head(path, headers=PLAIN)
    assert head.status_code == 200
    assert head.content == b""
    for name in (*VALIDATORS, "content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("path", ["/feed.xyz", "/topics/cheese/feed.atom", "/feed."])
def test_an_unknown_feed_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404
