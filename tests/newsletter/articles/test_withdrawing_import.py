"""Articles that an import withdraws, or brings back."""

from datetime import timedelta

from imported import only, take
from making import record

from newsletter.articles import store
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.database import Database

HOUR = timedelta(hours=1)


def test_a_withdrawn_article_stays_withdrawn_unless_the_source_publishes_it(
    database: Database, clock: FixedClock
) -> None:
    take(database, clock, record())
    with database.write() as session:
        store.set_status(session, 1, ArticleStatus.WITHDRAWN, clock.now())
    take(database, clock, record(body_html="<p>More.</p>"))
    assert only(database).status is ArticleStatus.WITHDRAWN
    take(database, clock, record(status=ArticleStatus.PUBLISHED))
    assert only(database).status is ArticleStatus.PUBLISHED


def test_an_article_is_withdrawn_by_the_first_import_after_its_expiry(
    database: Database, clock: FixedClock
) -> None:
    expiring = record(expires_at=clock.now() + HOUR)
    report = take(database, clock, expiring)
    assert only(database).status is ArticleStatus.PUBLISHED
    assert "the first import after that withdraws it" in str(report.notes)
    clock = FixedClock(clock.now() + HOUR)
    assert "it has expired: withdrawn" in take(database, clock, expiring).notes
    assert only(database).status is ArticleStatus.WITHDRAWN


def test_an_expired_article_returns_when_its_source_moves_the_expiry(
    database: Database, clock: FixedClock
) -> None:
    take(database, clock, record(expires_at=clock.now() - HOUR))
    take(database, clock, record(expires_at=clock.now() + HOUR))
    assert only(database).status is ArticleStatus.PUBLISHED


def test_an_article_that_a_person_withdrew_does_not_return_by_its_expiry(
    database: Database, clock: FixedClock
) -> None:
    take(database, clock, record(expires_at=clock.now() + HOUR))
    with database.write() as session:
        store.set_status(session, 1, ArticleStatus.WITHDRAWN, clock.now())
    take(database, clock, record(body_html="<p>More.</p>", expires_at=clock.now() + 2 * HOUR))
    assert only(database).status is ArticleStatus.WITHDRAWN
