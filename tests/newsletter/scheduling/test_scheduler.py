"""Scheduled jobs: one edition per digest and period, however often they run."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from logged_events import logged_events
from sqlalchemy import select
from support import RecordingSession, RecordingTransport, add_article, add_subscriber, make_app
from threads import at_once

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.editions import store
from newsletter.editions.digests import registry
from newsletter.editions.models import Edition, EditionState
from newsletter.scheduling.digest_jobs import make_due_digests
from newsletter.scheduling.scheduler import start_scheduler
from newsletter.scheduling.upkeep_jobs import forget_people
from newsletter.subscriptions.erasure import BATCH_SIZE
from subscribers.models import Subscriber

WEEK = timedelta(weeks=1)


@pytest.fixture
def app(tmp_path: Path, database_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    """A site whose digests were registered on Thursday; it is Friday, 9:00."""
    site = make_app(tmp_path, database_url, clock, transport=RecordingTransport())
    clock.at -= timedelta(days=1)
    make_due_digests(site)
    clock.at += timedelta(days=1)
    yield site
    site.close()


def publish(app: Newsletter, title: str) -> None:
    with app.database.write() as session:
        add_article(session, title, app.clock.now(), topics=["events"])


def editions(app: Newsletter) -> list[tuple[str | None, EditionState]]:
    """The editions of the Friday digest, oldest first."""
    with app.database.read() as session:
        query = select(Edition).where(Edition.digest == "friday").order_by(Edition.id)
        return [(edition.period, edition.state) for edition in session.scalars(query)]


def test_repeated_runs_make_one_edition_per_period(app: Newsletter) -> None:
    publish(app, "News")
    for _ in range(3):
        make_due_digests(app)
    assert editions(app) == [("2026-11-27", EditionState.QUEUED)]


def test_concurrent_schedulers_make_one_edition_per_period(
    tmp_path: Path, app: Newsletter, database_url: str, clock: FixedClock
) -> None:
    publish(app, "News")
    sites = [make_app(tmp_path, database_url, clock) for _ in range(4)]
    at_once(partial(make_due_digests, site) for site in sites)
    for site in sites:
        site.close()
    assert editions(app) == [("2026-11-27", EditionState.QUEUED)]


def test_an_empty_period_is_recorded_and_logged_once(app: Newsletter) -> None:
    with logged_events() as first:
        make_due_digests(app)
    publish(app, "Too late for this week")
    with logged_events() as second:
        make_due_digests(app)
    said = [line["digest"] for line in first if line["event"] == "digest has nothing to say"]
    assert sorted(said) == ["friday", "housing"]
    assert second == []
    assert editions(app) == [("2026-11-27", EditionState.EMPTY)]


def test_a_late_article_is_in_the_next_edition(app: Newsletter, clock: FixedClock) -> None:
    publish(app, "First")
    make_due_digests(app)
    publish(app, "Second")
    clock.at += WEEK
    make_due_digests(app)
    with app.database.read() as session:
        titles = [
            [article.title for article in store.articles_of(session, edition.id)]
            for edition in session.scalars(
                select(Edition).where(Edition.digest == "friday").order_by(Edition.id)
            )
        ]
    assert titles == [["First"], ["Second"]]


def test_a_run_missed_for_too_long_is_reported_once_and_never_sent(
    app: Newsletter, clock: FixedClock
) -> None:
    publish(app, "News")
    clock.at += timedelta(days=2)
    with logged_events() as first:
        make_due_digests(app)
    with logged_events() as second:
        make_due_digests(app)
    assert [line["level"] for line in first] == ["error", "error"]
    assert second == []
    assert editions(app) == [("2026-11-27", EditionState.MISSED)]


def test_a_digest_with_approval_stays_a_draft(
    tmp_path: Path, database_url: str, clock: FixedClock
) -> None:
    extra = '[digests.careful]\nname = "Careful"\napproval = "sender"\n'
    site = make_app(tmp_path, database_url, clock, extra, transport=RecordingTransport())
    clock.at -= timedelta(hours=1)
    make_due_digests(site)
    clock.at += timedelta(hours=1)
    publish(site, "News")
    make_due_digests(site)
    site.engine.send_due()
    with site.database.read() as session:
        state = session.scalar(select(Edition.state).where(Edition.digest == "careful"))
    site.close()
    assert state is EditionState.DRAFT


def test_the_scheduler_composes_and_sends_due_editions(
    tmp_path: Path, database_url: str, clock: FixedClock
) -> None:
    done = threading.Event()

    class Announcing(RecordingTransport):
        def open(self) -> RecordingSession:
            done.set()
            return super().open()

    site = make_app(tmp_path, database_url, clock, transport=Announcing())
    with site.database.write() as session:
        registry.register(session, "friday", clock.now() - timedelta(days=1))
        add_article(session, "News", clock.now())
        add_subscriber(session, "ann@wexcombe.example", clock.now())
    scheduler = start_scheduler(site)
    arrived = done.wait(20)
    site.engine.stop()
    scheduler.shutdown(wait=True)
    site.close()
    assert arrived


def test_unconfirmed_subscribers_are_purged_in_batches(app: Newsletter, clock: FixedClock) -> None:
    with app.database.write() as session:
        for number in range(BATCH_SIZE + 5):
            add_subscriber(session, f"p{number}@wexcombe.example", clock.now(), proven=False)
        add_subscriber(session, "ann@wexcombe.example", clock.now())
    clock.at += app.config.joining.forget + timedelta(days=2)
    forget_people(app)
    with app.database.read() as session:
        kept = session.scalars(select(Subscriber.address).where(Subscriber.address.is_not(None)))
        assert kept.all() == ["ann@wexcombe.example"]
