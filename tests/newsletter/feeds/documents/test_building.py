"""The contents of a feed."""

import json
from typing import Any

import pytest

from newsletter.articles import store
from newsletter.articles.corrections import correct
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import ResourceNotFound
from newsletter.feeds.documents.building import build, imprint_line
from newsletter.feeds.documents.content import FeedKind, Link
from newsletter.feeds.scopes import Content, Scope, Selection


def selected(kind: FeedKind, topic: str | None = None) -> Selection:
    return Selection(kind=kind, scope=Scope(topics=(topic,) if topic else ()))


def read(database: Database, config: Config, topic: str | None = None) -> Any:
    with database.read() as session:
        return json.loads(build(session, config, selected(FeedKind.JSON, topic)).content)


def shown(database: Database, config: Config, **values: Any) -> Any:
    with database.read() as session:
        selection = Selection(kind=FeedKind.JSON, **values)
        return json.loads(build(session, config, selection).content)


def links_of(database: Database, config: Config, **values: Any) -> dict[str, str]:
    with database.read() as session:
        found = build(session, config, Selection(kind=FeedKind.ATOM, **values)).links
    return {link.rel: link.url for link in found}


def titles(feed: Any) -> list[str]:
    return [item["title"] for item in feed["items"]]


def withdraw(database: Database, title: str, clock: FixedClock) -> None:
    with database.write() as session:
        found = next(a for a in store.listed(session) if a.title == title)
        store.set_status(session, found.id, ArticleStatus.WITHDRAWN, clock.now())


def test_the_newest_articles_come_first_up_to_the_limit(filled: Database, config: Config) -> None:
    assert titles(read(filled, config)) == ["Homes agreed", "Flats let", "Bus runs late"]


def test_a_topics_feed_holds_its_articles_only(filled: Database, config: Config) -> None:
    feed = read(filled, config, "housing")
    assert titles(feed) == ["Homes agreed", "Flats let"]
    assert feed["title"] == "Wexcombe Forward: Housing"
    assert feed["feed_url"] == "https://wexcombe.example/topics/housing/feed.json"
    assert feed["home_page_url"] == "https://wexcombe.example/topics/housing"


def test_an_unknown_topic_is_an_error_with_a_hint(filled: Database, config: Config) -> None:
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


def test_no_two_entries_share_an_updated_time(
    filled: Database, config: Config, clock: FixedClock
) -> None:
    with filled.write() as session:
        for article in store.listed(session):
            article.updated_at = clock.now()
        newest = store.published(session)[0]
        correct(session, newest.id, "Forty, not four.", clock.now())
    moments = [item["date_modified"] for item in read(filled, config)["items"]]
    assert len(set(moments)) == len(moments) > 2


def test_links_within_the_site_are_resolved(filled: Database, config: Config) -> None:
    with filled.write() as session:
        newest = store.published(session)[0]
        newest.body_html = '<p><a href="/maps">m</a> <a href="/a.mp3">h</a></p>'
    item = read(filled, config)["items"][0]
    assert item["attachments"][0]["url"] == "https://wexcombe.example/a.mp3"
    assert 'href="https://wexcombe.example/maps"' in item["content_html"]


def test_the_feeds_own_id_is_a_tag(filled: Database, config: Config) -> None:
    with filled.read() as session:
        atom = build(session, config, selected(FeedKind.ATOM, "housing")).content
    assert b"<id>tag:wexcombe.example,2026:feed/housing</id>" in atom


def test_a_combination_holds_the_articles_of_any_of_its_topics(
    filled: Database, config: Config
) -> None:
    feed = shown(filled, config, scope=Scope.of_topics("transport+environment"))
    assert titles(feed) == ["Bus runs late", "Trees planted"]
    assert feed["title"] == "Wexcombe Forward: Environment, Transport"
    assert feed["home_page_url"] == "https://wexcombe.example/"


def test_an_authors_feed_includes_every_spelling_of_the_name(
    filled: Database, config: Config
) -> None:
    with filled.write() as session:
        for article, name in zip(
            store.listed(session), ("Nora Tallis", "nora tallis"), strict=False
        ):
            article.author = name
    feed = shown(filled, config, scope=Scope(author="nora-tallis"))
    assert titles(feed) == ["Homes agreed", "Flats let"]
    assert feed["feed_url"] == "https://wexcombe.example/authors/nora-tallis/feed.json"
    with pytest.raises(ResourceNotFound, match="somebody"):
        shown(filled, config, scope=Scope(author="somebody"))


def test_an_excerpt_feed_has_no_full_text(filled: Database, config: Config) -> None:
    feed = shown(filled, config, content=Content.EXCERPT)
    assert all("content_html" not in item for item in feed["items"])
    assert feed["items"][0]["content_text"] == "In short: Homes agreed"
    assert feed["feed_url"].endswith("feed.json?content=excerpt")


def test_the_number_of_entries_can_be_limited(filled: Database, config: Config) -> None:
    assert titles(shown(filled, config, entries=1)) == ["Homes agreed"]


def test_pages_link_from_newest_to_oldest(filled: Database, config: Config) -> None:
    first, second = links_of(filled, config, page=1), links_of(filled, config, page=2)
    feed = "https://wexcombe.example/feed.atom"
    assert first["next"] == f"{feed}?page=2"
    assert "previous" not in first
    assert second["previous"] == second["first"] == feed
    assert second["last"] == second["self"] == f"{feed}?page=2"
    assert "next" not in second
    assert titles(shown(filled, config, page=2)) == ["Trees planted"]
    with pytest.raises(ResourceNotFound, match="no page 3"):
        shown(filled, config, page=3)


def test_a_correction_is_an_entry_of_its_own_and_the_article_keeps_its_place(
    filled: Database, config: Config, clock: FixedClock
) -> None:
    with filled.write() as session:
        trees = next(a for a in store.listed(session) if a.title == "Trees planted")
        correct(session, trees.id, "There were 40 trees, not 400.", clock.now())
    feed = shown(filled, config)
    assert titles(feed) == ["Correction: Trees planted", "Homes agreed", "Flats let"]
    first = feed["items"][0]
    assert first["id"] == f"{trees.uid}/correction/1"
    assert first["url"] == f"https://wexcombe.example/articles/{trees.slug}#corrections"
    assert "40 trees, not 400" in first["content_html"]


def test_a_withdrawal_is_in_the_feed(filled: Database, config: Config, clock: FixedClock) -> None:
    withdraw(filled, "Homes agreed", clock)
    feed = shown(filled, config)
    with filled.read() as session:
        gone = next(a for a in store.listed(session) if a.title == "Homes agreed")
    assert feed["_newsletter"]["withdrawn"] == [{"id": gone.uid, "date": clock.now().isoformat()}]


def test_hubs_are_in_the_feed_and_its_headers(filled: Database, config: Config) -> None:
    feeds = config.feeds.model_copy(update={"hubs": ("https://hub.example",)})
    hubbed = config.model_copy(update={"feeds": feeds})
    assert links_of(filled, hubbed)["hub"] == "https://hub.example"
    with filled.read() as session:
        document = build(session, hubbed, Selection(kind=FeedKind.RSS))
    assert Link(rel="hub", url="https://hub.example") in document.links
    assert Link(rel="self", url="https://wexcombe.example/feed.rss") in document.links


def test_the_imprint_names_both_and_their_addresses(config: Config) -> None:
    assert imprint_line(config.site.imprint) == (
        "Promoted by M. Hallam, 4 Mill Lane, on behalf of Wexcombe Forward, The Corn Exchange."
    )


def test_no_promoter_gives_no_imprint(config: Config) -> None:
    assert imprint_line(config.site.imprint.model_copy(update={"promoter": ""})) == ""
