"""Digests due at the same moment are one mail: no duplicates, nobody left out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.editions import store
from newsletter.editions.models import Edition, EditionState
from newsletter.scheduling.digest_jobs import make_due_digests

APART = "\n[digests.housing-apart]\nname = 'Apart'\ntopics = ['housing']\ntogether = false\n"


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def app(
    tmp_path: Path, database_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Newsletter]:
    """A site with two digests for Friday, nine o'clock, which it is."""
    site = make_app(tmp_path, database_url, clock, transport=transport)
    yield from opened(site, clock)


def opened(site: Newsletter, clock: FixedClock) -> Iterator[Newsletter]:
    clock.at -= timedelta(days=1)
    make_due_digests(site)
    clock.at += timedelta(days=1)
    with site.database.write() as session:
        add_subscriber(session, "all@example.org", clock.now())
        add_subscriber(session, "housing@example.org", clock.now(), topics=["housing"])
        add_subscriber(session, "policing@example.org", clock.now(), topics=["policing"])
    yield site
    site.close()


def publish(app: Newsletter, *titles_and_topics: tuple[str, str]) -> None:
    with app.database.write() as session:
        for title, topic in titles_and_topics:
            add_article(session, title, app.clock.now(), topics=[topic])


def editions(app: Newsletter) -> dict[str | None, Edition]:
    with app.database.read() as session:
        return {e.digest: e for e in session.scalars(select(Edition).order_by(Edition.id))}


def send_all(app: Newsletter, transport: RecordingTransport) -> dict[str, str]:
    """What each was mailed, in all; fails where somebody was mailed twice."""
    make_due_digests(app)
    app.engine.send_due()
    recipients = [mail.recipient for mail in transport.taken]
    assert len(recipients) == len(set(recipients))
    return {mail.recipient: mail.content.decode("ascii") for mail in transport.taken}


def test_a_subscriber_of_two_digests_gets_one_mail_without_duplicates(
    app: Newsletter, transport: RecordingTransport
) -> None:
    publish(app, ("Bridge", "transport"), ("Homes", "housing"))
    mails = send_all(app, transport)
    assert set(mails) == {"all@example.org", "housing@example.org"}
    assert mails["all@example.org"].count("* Homes") == 1
    assert mails["all@example.org"].count("* Bridge") == 1
    assert "* Bridge" not in mails["housing@example.org"]


def test_the_second_digest_is_recorded_as_joined_with_its_articles(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    publish(app, ("Homes", "housing"))
    send_all(app, transport)
    found = editions(app)
    assert found["friday"].state is EditionState.SENT
    assert found["housing"].state is EditionState.JOINED
    assert found["housing"].joined_to == found["friday"].id
    clock.at += timedelta(weeks=1)
    assert send_all(app, transport).keys() == {"all@example.org", "housing@example.org"}
    assert editions(app)["housing"].state is EditionState.EMPTY


def test_a_digest_without_articles_is_not_combined(
    app: Newsletter, transport: RecordingTransport
) -> None:
    publish(app, ("Patrols", "policing"))
    assert set(send_all(app, transport)) == {"all@example.org", "policing@example.org"}
    assert editions(app)["housing"].state is EditionState.EMPTY


def test_cancelling_before_anybody_was_mailed_frees_the_articles_of_both(
    app: Newsletter, clock: FixedClock
) -> None:
    publish(app, ("Homes", "housing"))
    make_due_digests(app)
    with app.database.write() as session:
        control.cancel(session, editions(app)["friday"].id, clock.now())
    with app.database.read() as session:
        for name, options in app.config.digests.items():
            assert store.candidates(session, name, options, clock.now())[1] == 1, name


def test_a_digest_can_opt_out_of_combination(
    tmp_path: Path, database_url: str, clock: FixedClock, transport: RecordingTransport
) -> None:
    site = make_app(tmp_path, database_url, clock, APART, transport)
    for app in opened(site, clock):
        publish(app, ("Homes", "housing"))
        make_due_digests(app)
        assert editions(app)["housing-apart"].state is EditionState.QUEUED
        assert editions(app)["housing"].state is EditionState.JOINED


def test_a_failing_digest_does_not_stop_the_others(
    tmp_path: Path, database_url: str, clock: FixedClock, transport: RecordingTransport
) -> None:
    broken = "\n[digests.broken]\nname = 'Broken'\nsubject = '{{ nonsense.here }}'\n"
    site = make_app(tmp_path, database_url, clock, broken, transport)
    for app in opened(site, clock):
        publish(app, ("Homes", "housing"))
        make_due_digests(app)
        assert editions(app)["friday"].state is EditionState.QUEUED
        assert "broken" not in editions(app)
