"""Manual edits of an article."""

from dataclasses import replace
from datetime import timedelta

import pytest
from expectations import CONTEXT, inputs, read
from making import record

from newsletter.articles import store
from newsletter.articles.editing import ArticleEdit, apply_edit, document_of, read_document
from newsletter.articles.importers.base import Record
from newsletter.articles.ingestion.record_import import import_records
from newsletter.articles.models import Article, ArticleStatus
from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import InvalidInput

HOUR = timedelta(hours=1)


@pytest.fixture
def filled(database: Database, clock: FixedClock) -> Database:
    import_records(database, [record(topics=("Harbour",), author="Ada")], CONTEXT, clock)
    clock.at += HOUR
    return database


def article(database: Database) -> Article:
    with database.read() as session:
        return store.get(session, 1)


def change(database: Database, clock: FixedClock, edit: ArticleEdit) -> bool:
    with database.write() as session:
        return apply_edit(session, store.get(session, 1), edit, CONTEXT, clock.now())


def test_an_edit_changes_fields_but_not_tag_and_slug(filled: Database, clock: FixedClock) -> None:
    before = article(filled)
    edit = ArticleEdit(
        title="  New  title ", author="", topics=("Events", "Harbour"), body_html="<p>N.</p>"
    )
    assert change(filled, clock, edit)
    after = article(filled)
    assert (after.title, after.author, after.body_text, after.summary) == (
        "New title",
        "",
        "N.",
        "N.",
    )
    assert [topic.slug for topic in after.topics] == ["events", "harbour"]
    assert (after.uid, after.slug) == (before.uid, before.slug)
    assert after.updated_at == after.changed_at == clock.now()


def test_an_edit_without_changes_keeps_updated_at(filled: Database, clock: FixedClock) -> None:
    before = article(filled)
    edit = ArticleEdit(title=before.title, topics=("harbour",), status=before.status)
    assert not change(filled, clock, edit)
    assert article(filled).changed_at == before.changed_at


def test_a_change_of_status_alone_is_not_a_change_of_content(
    filled: Database, clock: FixedClock
) -> None:
    before = article(filled)
    assert change(filled, clock, ArticleEdit(status=ArticleStatus.DRAFT))
    after = article(filled)
    assert (after.updated_at, after.changed_at) == (before.updated_at, clock.now())


def test_an_article_is_never_updated_before_it_was_published(
    filled: Database, clock: FixedClock
) -> None:
    later = clock.now() + HOUR
    change(filled, clock, ArticleEdit(published_at=later))
    assert article(filled).updated_at == later


def test_a_written_summary_can_be_reset(filled: Database, clock: FixedClock) -> None:
    change(filled, clock, ArticleEdit(summary="Mine."))
    change(filled, clock, ArticleEdit(body_html="<p>Other words.</p>"))
    assert article(filled).summary == "Mine."
    change(filled, clock, ArticleEdit(summary=""))
    assert article(filled).summary == "Other words."


@pytest.mark.parametrize(
    "edit",
    [
        ArticleEdit(title=" "),
        ArticleEdit(title="x" * 501),
        ArticleEdit(body_html="<script>x</script>"),
    ],
)
def test_invalid_edits_are_refused_and_change_nothing(
    filled: Database, clock: FixedClock, edit: ArticleEdit
) -> None:
    with pytest.raises(InvalidInput):
        change(filled, clock, replace(edit, author="Nobody"))
    assert article(filled).author == "Ada"


def test_importing_again_does_not_undo_an_edit(filled: Database, clock: FixedClock) -> None:
    change(filled, clock, ArticleEdit(title="By hand"))
    again = import_records(filled, [record(topics=("Harbour",), author="Ada")], CONTEXT, clock)
    assert again.unchanged == 1
    assert article(filled).title == "By hand"


def test_an_unchanged_document_changes_nothing(database: Database, clock: FixedClock) -> None:
    told = [item for path in inputs() for item in read(path) if isinstance(item, Record)]
    assert len(told) > 20
    import_records(database, told, CONTEXT, clock)
    clock.at += HOUR
    with database.write() as session:
        for found in store.listed(session, limit=99):
            edit = read_document(document_of(found, CONTEXT), found, CONTEXT)
            assert edit.body_html is None
            assert not apply_edit(session, found, edit, CONTEXT, clock.now()), found.title


def test_document_changes_are_applied(filled: Database, clock: FixedClock) -> None:
    text = document_of(article(filled), CONTEXT)
    text = text.replace("Work began", "Work *really* began").replace("- Harbour", "- Events")
    text = text.replace("2019-03-23 12:00", "2019-03-24 13:30").replace("published", "draft")
    assert change(filled, clock, read_document(text, article(filled), CONTEXT))
    after = article(filled)
    assert after.body_html == "<p>Work <em>really</em> began on Monday.</p>"
    assert [topic.slug for topic in after.topics] == ["events"]
    assert after.status is ArticleStatus.DRAFT
    assert after.published_at.isoformat() == "2019-03-24T13:30:00+00:00"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Only words.", "no front matter"),
        ("---\ntitle: [\n---\nx", "cannot be read"),
        ("---\ntitle: T\ndate: 2019-02-31\n---\nx", "calendar"),
        ("---\ntitle: T\nstatus: sideways\n---\nx", "status"),
    ],
)
def test_an_invalid_document_is_refused_with_the_reason(
    filled: Database, text: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_document(text, article(filled), CONTEXT)
