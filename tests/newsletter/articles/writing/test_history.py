"""The history of an article: each change, restored at will."""

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.actions import articles
from newsletter.app import Newsletter
from newsletter.articles import store as article_store
from newsletter.articles.editing import ArticleEdit
from newsletter.articles.importers.base import ImportContext, Record
from newsletter.articles.writing import store
from newsletter.articles.writing.content import ArticleContent
from newsletter.clock import FixedClock
from newsletter.errors import ResourceNotFound
from newsletter.staff.actors import operator, staff_member
from newsletter.staff.permissions import Role

ANN = staff_member(1, Role.EDITOR)


def history(app: Newsletter, number: int = 1) -> list[tuple[int, str, str]]:
    with app.database.read() as session:
        found = store.revisions(session, number)
        return [(one.number, one.by, one.content["title"]) for one in found]


def test_the_first_change_also_keeps_what_was_before(app: Newsletter) -> None:
    articles.edit(app, operator("ann"), 1, ArticleEdit(title="New homes"))
    assert history(app) == [(2, "operator:ann", "New homes"), (1, "", "Homes")]


def test_a_change_that_changes_nothing_is_no_revision(app: Newsletter) -> None:
    articles.edit(app, operator("ann"), 1, ArticleEdit(title="Homes"))
    assert history(app) == []


def test_an_import_that_changes_an_article_is_a_revision(app: Newsletter) -> None:
    record = Record(
        source="text",
        source_key="wall.txt",
        explicit_key=True,
        title="Wall",
        body_html="<p>It fell.</p>",
        published_at=app.clock.now(),
        where="wall.txt",
    )
    site = ImportContext.of(app.config.site)
    for title in ("Wall", "Quay wall"):
        articles.import_(app, operator("ann"), [replace(record, title=title)], site)
    assert history(app, 3) == [(2, "", "Quay wall"), (1, "", "Wall")]


def test_the_saves_of_one_sitting_are_one_revision(app: Newsletter, clock: FixedClock) -> None:
    kept = articles.keep(app, ANN, None, ArticleContent(title="A"))
    for title in ("Ab", "Abc"):
        clock.at += timedelta(seconds=5)
        words = ArticleContent(title=title)
        kept = articles.keep(app, ANN, kept.article_id, words, kept.version)
    assert history(app, kept.article_id) == [(1, "staff:1", "Abc")]


def test_the_next_sitting_is_a_revision_of_its_own(app: Newsletter, clock: FixedClock) -> None:
    kept = articles.keep(app, ANN, None, ArticleContent(title="A"))
    clock.at += timedelta(hours=1)
    articles.keep(app, ANN, kept.article_id, ArticleContent(title="Ab"), kept.version)
    assert len(history(app, kept.article_id)) == 2


def test_restoring_brings_back_the_content_and_is_a_revision(app: Newsletter) -> None:
    with app.database.read() as session:
        before = ArticleContent.of(article_store.get(session, 1))
    articles.edit(
        app, ANN, 1, ArticleEdit(title="New homes", body_html="<p>Gone.</p>", topics=("Sea",))
    )
    articles.restore(app, ANN, 1, 1)
    with app.database.read() as session:
        assert ArticleContent.of(article_store.get(session, 1)) == before
    assert [number for number, _, _ in history(app)] == [3, 2, 1]


def test_an_unknown_revision_is_not_restored(app: Newsletter) -> None:
    with pytest.raises(ResourceNotFound, match="has no revision 9"):
        articles.restore(app, ANN, 1, 9)
