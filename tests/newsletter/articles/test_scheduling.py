"""Scheduled publication."""

from datetime import timedelta

import pytest
from making import record

from newsletter.articles import store
from newsletter.articles.editing import ArticleEdit, apply_edit
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.ingestion.record_import import import_records
from newsletter.articles.models import ArticleStatus
from newsletter.articles.scheduling import publish_due
from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import InvalidInput

HOUR = timedelta(hours=1)


def stored_status(database: Database) -> ArticleStatus:
    with database.read() as session:
        return store.get(session, 1).status


def test_a_future_article_is_scheduled(
    database: Database, context: ImportContext, clock: FixedClock
) -> None:
    later = record(published_at=clock.now() + HOUR)
    report = import_records(database, [later], context, clock)
    assert (report.created, report.scheduled) == (1, 1)
    with database.read() as session:
        assert store.published(session) == []
        assert store.search(session, "harbour") == []
        assert store.addresses(session, 10) == []


def test_a_scheduled_article_is_published_at_its_time(
    database: Database, context: ImportContext, clock: FixedClock
) -> None:
    at = clock.now() + HOUR
    import_records(database, [record(published_at=at)], context, clock)
    with database.write() as session:
        assert publish_due(session, at - timedelta(seconds=1)) == []
    with database.write() as session:
        [article] = publish_due(session, at + timedelta(seconds=20))
        assert (article.status, article.published_at) == (ArticleStatus.PUBLISHED, at)


def test_an_article_published_late_gets_the_actual_time(
    database: Database, context: ImportContext, clock: FixedClock
) -> None:
    import_records(database, [record(published_at=clock.now() + HOUR)], context, clock)
    late = clock.now() + 5 * HOUR
    with database.write() as session:
        [article] = publish_due(session, late)
        assert article.published_at == late
        assert article.updated_at == late


def test_a_public_article_stays_public_when_its_date_moves_to_the_future(
    database: Database, context: ImportContext, clock: FixedClock
) -> None:
    then = clock.now() - HOUR
    import_records(database, [record(published_at=then)], context, clock)
    moved = record(published_at=clock.now() + HOUR)
    import_records(database, [moved], context, clock)
    with database.read() as session:
        article = store.get(session, 1)
        assert (article.status, article.published_at) == (ArticleStatus.PUBLISHED, then)


def test_a_draft_of_the_future_stays_a_draft(
    database: Database, context: ImportContext, clock: FixedClock
) -> None:
    draft = record(published_at=clock.now() + HOUR, status=ArticleStatus.DRAFT)
    import_records(database, [draft], context, clock)
    assert stored_status(database) is ArticleStatus.DRAFT


def test_a_scheduled_source_article_is_public_once_it_is_due(
    database: Database, context: ImportContext, clock: FixedClock
) -> None:
    past = record(published_at=clock.now() - HOUR, status=ArticleStatus.SCHEDULED)
    import_records(database, [past], context, clock)
    assert stored_status(database) is ArticleStatus.PUBLISHED


def test_an_edit_schedules(database: Database, context: ImportContext, clock: FixedClock) -> None:
    import_records(database, [record()], context, clock)
    with database.write() as session:
        edit = ArticleEdit(published_at=clock.now() + HOUR, status=ArticleStatus.PUBLISHED)
        apply_edit(session, store.get(session, 1), edit, context, clock.now())
    assert stored_status(database) is ArticleStatus.SCHEDULED


def test_scheduling_for_a_time_that_has_passed_is_refused(
    database: Database, context: ImportContext, clock: FixedClock
) -> None:
    import_records(database, [record(status=ArticleStatus.DRAFT)], context, clock)
    edit = ArticleEdit(status=ArticleStatus.SCHEDULED)
    with database.write() as session:
        article = store.get(session, 1)
        with pytest.raises(InvalidInput, match="--publish-at"):
            apply_edit(session, article, edit, context, clock.now())
