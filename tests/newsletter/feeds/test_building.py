"""Which articles a feed holds, and when it is built anew."""

import json
from typing import Any

import pytest

from newsletter.articles import store
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import ResourceNotFound
from newsletter.feeds.building import build, imprint_line
from newsletter.feeds.documents import FeedKind
from newsletter.feeds.scopes import Scope, Selection, feed_path


def selected(kind: FeedKind, topic: str | None = None) -> Selection:
    return Selection(kind=kind, scope=Scope(topics=(topic,) if topic else ()))


def read(database: Database, config: Config, topic: str | None = None) -> Any:
    with database.read() as session:
        return json.loads(build(session, config, selected(FeedKind.JSON, topic)).content)


def titles(feed: Any) -> list[str]:
    return [item["title"] for item in feed["items"]]


def withdraw(database: Database, title: str, clock: FixedClock) -> None:
    with database.write() as session:
        found = next(a for a in store.listed(session) if a.title == title)
        store.set_status(session, found.id, ArticleStatus.WITHDRAWN, clock.now())


def test_the_newest_articles_come_first_and_no_more_than_asked_for(
    filled: Database, config: Config
) -> None:
    assert titles(read(filled, config)) == ["Homes agreed", "Flats let", "Bus runs late"]


def test_a_topics_feed_holds_its_articles_only(filled: Database, config: Config) -> None:
    feed = read(filled, config, "housing")
    assert titles(feed) == ["Homes agreed", "Flats let"]
    assert feed["title"] == "Wexcombe Forward: Housing"
    assert feed["feed_url"] == "https://wexcombe.example/topics/housing/feed.json"
    assert feed["home_page_url"] == "https://wexcombe.example/topics/housing"


def test_an_unknown_topic_is_an_error_that_says_where_to_look(
    filled: Database, config: Config
) -> None:
    with filled.read() as session, pytest.raises(ResourceNotFound, match="'cheese'"):
        build(session, config, selected(FeedKind.ATOM, "cheese"))


def test_a_withdrawn_article_leaves_the_feed(
    filled: Database, config: Config, clock: FixedClock
) -> None:
    withdraw(filled, "Homes agreed", clock)
    assert "Homes agreed" not in titles(read(filled, config))


def test_ids_outlive_an_edited_title_a_new_slug_and_a_move_to_https(
    filled: Database, config: Config
) -> None:
    before = [item["id"] for item in read(filled, config)["items"]]
    with filled.write() as session:
        for article in store.listed(session):
            article.title, article.slug = f"New {article.title}", f"new-{article.slug}"
    site = config.site.model_copy(update={"base_url": "http://elsewhere.example"})
    moved = read(filled, config.model_copy(update={"site": site}))
    assert [item["id"] for item in moved["items"]] == before
    assert moved["items"][0]["url"].startswith("http://elsewhere.example/articles/new-")


def test_every_address_is_absolute(filled: Database, config: Config) -> None:
    feed = read(filled, config)
    for item in feed["items"]:
        assert item["url"].startswith("https://wexcombe.example/articles/")
        assert item["image"].startswith("https://")


def test_the_feeds_own_id_is_a_tag(filled: Database, config: Config) -> None:
    with filled.read() as session:
        atom = build(session, config, selected(FeedKind.ATOM, "housing")).content
    assert b"<id>tag:wexcombe.example,2026:feed/housing</id>" in atom


def test_feeds_stand_beside_each_other() -> None:
    assert feed_path(FeedKind.RSS) == "feed.rss"
    assert feed_path(FeedKind.ATOM, "housing") == "topics/housing/feed.atom"


def test_the_imprint_names_both_and_their_addresses(config: Config) -> None:
    assert imprint_line(config.site.imprint) == (
        "Promoted by M. Hallam, 4 Mill Lane, on behalf of Wexcombe Forward, The Corn Exchange."
    )


def test_no_promoter_gives_no_imprint(config: Config) -> None:
    assert imprint_line(config.site.imprint.model_copy(update={"promoter": ""})) == ""
