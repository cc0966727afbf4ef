"""The feed cache: one build for each change, however many requests."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.articles import store
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import ResourceNotFound, StorageError
from newsletter.feeds.documents.building import FeedDocument, build
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.feed_cache import MAX_FEEDS, MEANWHILE_SECONDS, CachedFeed, FeedCache
from newsletter.feeds.scopes import Scope, Selection

EVERYTHING = Selection(kind=FeedKind.RSS)
HOUSING = Selection(kind=FeedKind.RSS, scope=Scope(topics=("housing",)))


class Builder:
    """Builds feeds; counts them, and does something before each."""

    def __init__(self) -> None:
        self.built = 0
        self.before: Callable[[], object] = lambda: None

    def __call__(self, session: Session, config: Config, selection: Selection) -> FeedDocument:
        self.before()
        self.built += 1
        return build(session, config, selection)


@pytest.fixture
def builder() -> Builder:
    return Builder()


Cache = FeedCache[FeedDocument]


def new_cache(config: Config, builder: Builder) -> Cache:
    return FeedCache(config, lambda document, _: document, build=builder)


def ask(
    cache: Cache, database: Database, selection: Selection = EVERYTHING
) -> CachedFeed[FeedDocument]:
    return cache.get(database, selection)


def change(database: Database, clock: FixedClock) -> None:
    """Take the newest article back."""
    clock.at += timedelta(minutes=1)
    with database.write() as session:
        newest = store.published(session)[0]
        store.set_status(session, newest.id, ArticleStatus.WITHDRAWN, clock.now())


def test_a_feed_is_built_once_for_each_change(
    filled: Database, config: Config, clock: FixedClock, builder: Builder
) -> None:
    cache = new_cache(config, builder)
    first = ask(cache, filled)
    assert ask(cache, filled) is first
    assert builder.built == 1
    change(filled, clock)
    second = ask(cache, filled)
    assert builder.built == 2
    assert second.document.etag != first.document.etag
    assert second.document.last_modified > first.document.last_modified


def test_each_feed_is_cached_separately(filled: Database, config: Config, builder: Builder) -> None:
    cache = new_cache(config, builder)
    assert ask(cache, filled) is not ask(cache, filled, HOUSING)


def test_a_change_elsewhere_does_not_rebuild_a_topic(
    filled: Database, config: Config, clock: FixedClock, builder: Builder
) -> None:
    cache = new_cache(config, builder)
    transport = Selection(kind=FeedKind.RSS, scope=Scope(topics=("transport",)))
    ask(cache, filled, transport)
    change(filled, clock)
    ask(cache, filled, transport)
    assert builder.built == 1


def test_concurrent_requests_cause_one_build(
    filled: Database, config: Config, builder: Builder
) -> None:
    cache = new_cache(config, builder)
    with ThreadPoolExecutor(8) as readers:
        found = list(readers.map(lambda _: ask(cache, filled), range(40)))
    assert builder.built == 1
    assert len({feed.document.etag for feed in found}) == 1


def test_the_stale_feed_is_served_during_a_rebuild(
    filled: Database, config: Config, clock: FixedClock, builder: Builder
) -> None:
    cache = new_cache(config, builder)
    before = ask(cache, filled)
    change(filled, clock)
    started, may_go_on = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        assert may_go_on.wait(10)

    builder.before = hold
    with ThreadPoolExecutor(1) as builder:
        building = builder.submit(ask, cache, filled)
        assert started.wait(10)
        assert ask(cache, filled) is before
        may_go_on.set()
        after = building.result(10)
    assert after is not before
    assert ask(cache, filled) is after


def test_the_stale_feed_is_served_when_a_rebuild_fails(
    filled: Database, config: Config, clock: FixedClock, builder: Builder
) -> None:
    cache = new_cache(config, builder)
    before = ask(cache, filled)
    change(filled, clock)

    def fail() -> None:
        raise StorageError("the disk is away")

    works, builder.before = builder.before, fail
    assert ask(cache, filled) is before
    with pytest.raises(StorageError):
        ask(cache, filled, HOUSING)
    builder.before = works
    assert ask(cache, filled) is not before


def test_unknown_topics_are_not_cached(filled: Database, config: Config, builder: Builder) -> None:
    cache = new_cache(config, builder)
    for _ in range(2):
        with pytest.raises(ResourceNotFound):
            ask(cache, filled, Selection(kind=FeedKind.ATOM, scope=Scope(topics=("cheese",))))


def test_a_fresh_feed_is_served_without_a_check(
    filled: Database, config: Config, clock: FixedClock
) -> None:
    seconds = 0.0
    cache = FeedCache(config, lambda document, _: document.etag, lambda: seconds)
    assert cache.fresh("feed.rss") is None
    etag = cache.get(filled, EVERYTHING).served
    assert cache.fresh("feed.rss") == etag
    assert cache.fresh("feed.rss?entries=1") is None
    change(filled, clock)
    assert cache.fresh("feed.rss") == etag
    seconds = config.feeds.check_every.total_seconds()
    # The first is sent to look; whoever asks meanwhile is answered as before.
    assert cache.fresh("feed.rss") is None
    assert cache.fresh("feed.rss") == etag
    seconds += MEANWHILE_SECONDS
    assert cache.fresh("feed.rss") is None
    assert cache.get(filled, EVERYTHING).served != etag


def test_a_private_feed_is_checked_on_every_request(
    filled: Database, config: Config, builder: Builder
) -> None:
    selection = Selection(kind=FeedKind.RSS, token="abc")
    cache = new_cache(config, builder)
    cache.get(filled, selection)
    assert cache.fresh(selection.path) is None


def test_the_cache_size_is_bounded(filled: Database, config: Config, builder: Builder) -> None:
    cache = new_cache(config, builder)
    numbers = range(1, MAX_FEEDS + 2)
    selections = [Selection(kind=FeedKind.JSON, entries=number) for number in numbers]
    first, *_, last = [ask(cache, filled, selection) for selection in selections]
    assert ask(cache, filled, selections[-1]) is last
    assert ask(cache, filled, selections[0]) is not first
