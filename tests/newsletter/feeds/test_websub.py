"""WebSub notifications: once for each change, retried after failures."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.articles import store as articles
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.feeds import store
from newsletter.feeds.websub import HubRefused, notify_hubs, wait_after

sys.path.insert(0, str(Path(__file__).parent))
from hub import Hub, open_hub

EVERYTHING = [f"https://wexcombe.example/feed.{kind}" for kind in ("atom", "rss", "json")]
TRANSPORT = [
    f"https://wexcombe.example/topics/transport/feed.{kind}" for kind in ("atom", "rss", "json")
]
FEEDS = 5
"""Everything and the four topics."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as opened:
        yield opened


@pytest.fixture
def hubbed(config: Config, hub: Hub) -> Config:
    feeds = config.feeds.model_copy(update={"hubs": (hub.address.rstrip("/"),)})
    return config.model_copy(update={"feeds": feeds})


def withdraw_bus(database: Database, clock: FixedClock) -> None:
    clock.at += timedelta(minutes=1)
    with database.write() as session:
        bus = next(a for a in articles.listed(session) if a.title == "Bus runs late")
        articles.set_status(session, bus.id, ArticleStatus.WITHDRAWN, clock.now())


def test_a_hub_is_notified_of_every_feed_and_format_once(
    filled: Database, hubbed: Config, hub: Hub, clock: FixedClock
) -> None:
    assert notify_hubs(filled, hubbed, clock) == FEEDS
    assert set(EVERYTHING + TRANSPORT) < set(hub.told)
    assert len(hub.told) == 3 * FEEDS
    assert notify_hubs(filled, hubbed, clock) == 0
    assert len(hub.told) == 3 * FEEDS


def test_a_hub_is_believed_without_reading_what_it_says(
    filled: Database, hubbed: Config, hub: Hub, clock: FixedClock
) -> None:
    hub.is_endless, hub.status = True, 200
    assert notify_hubs(filled, hubbed, clock) == FEEDS


def test_only_affected_feeds_are_notified(
    filled: Database, hubbed: Config, hub: Hub, clock: FixedClock
) -> None:
    notify_hubs(filled, hubbed, clock)
    hub.told.clear()
    with filled.write() as session:
        changed_at = articles.begin_change(session, clock.now())
        bus = next(a for a in articles.listed(session) if a.title == "Bus runs late")
        articles.mark_changed(bus, changed_at)
    notify_hubs(filled, hubbed, clock)
    assert sorted(hub.told) == sorted(EVERYTHING + TRANSPORT)


def test_a_refused_notification_is_retried(
    filled: Database, hubbed: Config, hub: Hub, clock: FixedClock
) -> None:
    hub.status = 503
    assert notify_hubs(filled, hubbed, clock) == 0
    with filled.read() as session:
        notice = store.all_notices(session)[0]
    assert notice.failures == 1
    assert "answered 503" in notice.last_error
    hub.status = 204
    assert notify_hubs(filled, hubbed, clock) == 0
    clock.at += timedelta(minutes=2)
    # Another process, after a restart: nothing but the database remembers.
    reopened = Database(str(filled.url))
    assert notify_hubs(reopened, hubbed, clock) == FEEDS
    reopened.close()
    with filled.read() as session:
        assert {n.failures for n in store.all_notices(session)} == {0}


def test_retry_after_is_respected(
    filled: Database, hubbed: Config, hub: Hub, clock: FixedClock
) -> None:
    hub.status, hub.headers = 429, {"Retry-After": "3600"}
    notify_hubs(filled, hubbed, clock)
    hub.status = 202
    clock.at += timedelta(minutes=30)
    assert notify_hubs(filled, hubbed, clock) == 0
    clock.at += timedelta(minutes=31)
    assert notify_hubs(filled, hubbed, clock) == FEEDS


def test_an_unreachable_hub_is_recorded(
    filled: Database, config: Config, clock: FixedClock
) -> None:
    feeds = config.feeds.model_copy(update={"hubs": ("http://127.0.0.1:1",)})
    assert notify_hubs(filled, config.model_copy(update={"feeds": feeds}), clock) == 0
    with filled.read() as session:
        assert "no answer" in store.all_notices(session)[0].last_error


def test_a_leased_notification_is_sent_by_one_process(
    filled: Database, hubbed: Config, clock: FixedClock
) -> None:
    told: list[str] = []

    def tell(_hub: str, url: str) -> None:
        told.append(url)
        if len(told) == 1:
            others = notify_hubs(filled, hubbed, clock, lambda _h, u: told.append(u))
            assert others == FEEDS - 1

    notify_hubs(filled, hubbed, clock, tell)
    assert sorted(told) == sorted(set(told))


def test_an_expired_lease_is_taken_over(
    filled: Database, hubbed: Config, hub: Hub, clock: FixedClock
) -> None:
    def die(_hub: str, _url: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        notify_hubs(filled, hubbed, clock, die)
    assert notify_hubs(filled, hubbed, clock) == FEEDS - 1
    clock.at += timedelta(minutes=4)
    assert notify_hubs(filled, hubbed, clock) == 1
    assert len(hub.told) == len(set(hub.told)) == 3 * FEEDS


def test_a_refused_feed_does_not_stop_the_others(
    filled: Database, hubbed: Config, clock: FixedClock
) -> None:
    def tell(_hub: str, url: str) -> None:
        if "transport" in url:
            raise HubRefused("no")

    assert notify_hubs(filled, hubbed, clock, tell) == FEEDS - 1


def test_nothing_is_sent_without_hubs(filled: Database, config: Config, clock: FixedClock) -> None:
    assert notify_hubs(filled, config, clock) == 0


@pytest.mark.parametrize(
    ("failures", "asked", "minutes"),
    [(1, None, 1), (2, None, 2), (5, None, 16), (40, None, 360), (1, 10, 10), (1, 9999, 360)],
)
def test_the_back_off_grows_up_to_a_limit(failures: int, asked: int | None, minutes: int) -> None:
    wait = wait_after(failures, None if asked is None else timedelta(minutes=asked))
    assert wait == timedelta(minutes=minutes)
