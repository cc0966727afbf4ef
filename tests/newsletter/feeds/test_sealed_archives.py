"""Archives (RFC 5005): sealed when full, immutable, complete together with the feed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support import add_article

from newsletter.articles import store as articles
from newsletter.articles.corrections import correct
from newsletter.articles.editing import ArticleEdit, apply_edit
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.models import Article, ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import ResourceNotFound
from newsletter.feeds.documents.building import build
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.maintenance import FeedMaintenance
from newsletter.feeds.scopes import Content, Scope, Selection

START = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
HOUSING = Scope(topics=("housing",))


@pytest.fixture
def small(config: Config) -> Config:
    """Archives of two events; feeds of three articles."""
    return config.model_copy(
        update={"feeds": config.feeds.model_copy(update={"archive_entries": 2})}
    )


@pytest.fixture
def keeper(database: Database, small: Config, clock: FixedClock) -> FeedMaintenance:
    return FeedMaintenance(database, small, clock)


def publish(database: Database, *titles: str) -> None:
    with database.write() as session:
        before = articles.count(session, None)
        for number, title in enumerate(titles, start=before):
            when = START + timedelta(days=number)
            add_article(session, title, when, topics=("housing",), author="Nora Tallis")
        session.flush()
        changed_at = articles.begin_change(session, START + timedelta(days=before))
        for article in articles.listed(session, limit=len(titles)):
            articles.mark_changed(article, changed_at)


def named(session: Any, title: str) -> Article:
    return next(a for a in articles.listed(session, limit=1000) if a.title == title)


def raw(database: Database, config: Config, **values: Any) -> bytes:
    with database.read() as session:
        return build(session, config, Selection(kind=FeedKind.JSON, **values)).content


def feed(database: Database, config: Config, **values: Any) -> Any:
    return json.loads(raw(database, config, **values))


def titles(found: Any) -> list[str]:
    return [item["title"] for item in found["items"]]


def links(database: Database, config: Config, **values: Any) -> dict[str, str]:
    with database.read() as session:
        found = build(session, config, Selection(kind=FeedKind.ATOM, **values)).links
    return {link.rel: link.url for link in found}


def withdraw(database: Database, title: str, clock: FixedClock) -> None:
    clock.at += timedelta(hours=1)
    with database.write() as session:
        article = named(session, title)
        articles.set_status(session, article.id, ArticleStatus.WITHDRAWN, clock.now())


def test_full_archives_are_sealed_and_the_rest_stays_in_the_feed(
    database: Database, small: Config, keeper: FeedMaintenance
) -> None:
    publish(database, "A", "B", "C", "D", "E")
    # For everything, the topic and the author.
    assert keeper.run().archives == 3 * 2
    assert titles(feed(database, small, archive=1)) == ["B", "A"]
    assert titles(feed(database, small, archive=2)) == ["D", "C"]
    assert titles(feed(database, small)) == ["E", "D", "C"]
    assert titles(feed(database, small, archive=2, scope=HOUSING)) == ["D", "C"]


def test_archives_link_from_newest_to_oldest(
    database: Database, small: Config, keeper: FeedMaintenance
) -> None:
    publish(database, "A", "B", "C", "D", "E")
    keeper.run()
    address = "https://wexcombe.example/feed.atom"
    assert links(database, small)["prev-archive"] == f"{address}?archive=2"
    second, first = links(database, small, archive=2), links(database, small, archive=1)
    assert second["prev-archive"] == f"{address}?archive=1"
    assert second["current"] == first["current"] == address
    assert second["self"] == f"{address}?archive=2"
    assert "prev-archive" not in first
    excerpts = links(database, small, archive=2, content=Content.EXCERPT)
    assert excerpts["prev-archive"] == f"{address}?content=excerpt&archive=1"


def test_a_sealed_archive_never_changes(
    database: Database, small: Config, keeper: FeedMaintenance, clock: FixedClock
) -> None:
    publish(database, "A", "B")
    keeper.run()
    before = raw(database, small, archive=1)
    publish(database, "C", "D", "E")
    with database.write() as session:
        article = named(session, "A")
        context = ImportContext.of(small.site)
        change = ArticleEdit(title="A, edited", topics=("Elsewhere",))
        assert apply_edit(session, article, change, context, clock.now())
    keeper.run()
    assert raw(database, small, archive=1) == before


def test_an_edit_goes_into_a_later_archive(
    database: Database, small: Config, keeper: FeedMaintenance, clock: FixedClock
) -> None:
    publish(database, "A", "B", "C", "D", "E")
    keeper.run()
    with database.write() as session:
        context = ImportContext.of(small.site)
        apply_edit(session, named(session, "A"), ArticleEdit(title="A2"), context, clock.now())
    assert titles(feed(database, small)) == ["E", "D", "C"]
    keeper.run()
    third = feed(database, small, archive=3)
    assert titles(third) == ["A2", "E"]
    first = feed(database, small, archive=1)
    assert third["items"][0]["id"] == first["items"][1]["id"]
    assert third["items"][0]["date_modified"] > first["items"][1]["date_modified"]


def test_a_withdrawal_goes_into_a_later_archive_and_hides_the_text(
    database: Database, small: Config, keeper: FeedMaintenance, clock: FixedClock
) -> None:
    publish(database, "A", "B", "C")
    keeper.run()
    withdraw(database, "A", clock)
    told = feed(database, small)["_newsletter"]["withdrawn"]
    keeper.run()
    second = feed(database, small, archive=2)
    assert titles(second) == ["C"]
    assert second["_newsletter"]["withdrawn"] == told
    assert "withdrawn" not in feed(database, small).get("_newsletter", {})
    first = feed(database, small, archive=1)
    assert titles(first) == ["B"]
    assert [gone["id"] for gone in first["_newsletter"]["withdrawn"]] == [told[0]["id"]]


def test_a_republished_article_is_archived_again(
    database: Database, small: Config, keeper: FeedMaintenance, clock: FixedClock
) -> None:
    publish(database, "A", "B", "C")
    keeper.run()
    withdraw(database, "A", clock)
    keeper.run()
    clock.at += timedelta(hours=1)
    with database.write() as session:
        number = named(session, "A").id
        articles.set_status(session, number, ArticleStatus.PUBLISHED, clock.now())
    publish(database, "D")
    keeper.run()
    assert titles(feed(database, small, archive=3)) == ["A", "D"]


def test_a_correction_is_archived(
    database: Database, small: Config, keeper: FeedMaintenance, clock: FixedClock
) -> None:
    publish(database, "A", "B")
    keeper.run()
    with database.write() as session:
        correct(session, named(session, "A").id, "It was forty.", clock.now())
    before = titles(feed(database, small))
    keeper.run()
    assert before == ["Correction: A", "B", "A"]
    assert "Correction: A" in titles(feed(database, small, archive=2))


def test_a_late_old_article_is_in_the_feed_until_archived(
    database: Database, small: Config, keeper: FeedMaintenance, clock: FixedClock
) -> None:
    publish(database, "A", "B", "C", "D")
    keeper.run()
    with database.write() as session:
        add_article(session, "From long ago", START - timedelta(days=900), topics=("housing",))
    assert titles(feed(database, small)) == ["D", "C", "B", "From long ago"]
    publish(database, "E")
    keeper.run()
    assert titles(feed(database, small)) == ["E", "D", "C"]
    assert set(titles(feed(database, small, archive=3))) == {"E", "From long ago"}


def test_feed_and_archives_together_are_complete(
    database: Database, small: Config, keeper: FeedMaintenance
) -> None:
    every = [f"Article {n}" for n in range(11)]
    publish(database, *every[:7])
    keeper.run()
    publish(database, *every[7:])
    keeper.run()
    found = set(titles(feed(database, small)))
    for archive in range(1, 6):
        found |= set(titles(feed(database, small, archive=archive)))
    assert found == set(every)


def test_sealing_is_idempotent(database: Database, keeper: FeedMaintenance) -> None:
    publish(database, "A", "B", "C")
    assert keeper.run().archives
    assert keeper.run().archives == 0


def test_an_unknown_archive_is_an_error(database: Database, small: Config) -> None:
    publish(database, "A")
    with pytest.raises(ResourceNotFound, match="no archive 1"):
        raw(database, small, archive=1)
