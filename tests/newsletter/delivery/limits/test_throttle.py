"""Recipient domains: quotas held by all workers, and rests while one refuses for now."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.sending import RateOptions
from newsletter.delivery import control
from newsletter.delivery.ledger import store
from newsletter.delivery.ledger.models import DomainUse
from newsletter.delivery.limits import domain_backoff
from newsletter.delivery.limits.domain_probing import SEVERAL
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition
from newsletter.transports.base import Deferred

HOUR = timedelta(hours=1)
NO = Deferred(response="451 4.3.0 our storage is full")
START = datetime.fromisoformat("2026-11-27T09:20:00+00:00")

Site = Callable[..., Newsletter]


@pytest.fixture
def site(tmp_path: Path, database_url: str, clock: FixedClock) -> Iterator[Site]:
    """Makes sites with ten subscribers at big.example and two at small.example."""
    made: list[Newsletter] = []

    def start(extra: str = "", transport: RecordingTransport | None = None) -> Newsletter:
        recorder = transport or RecordingTransport()
        made.append(make_app(tmp_path, database_url, clock, extra, recorder))
        return made[-1]

    first = start()
    with first.database.write() as session:
        add_article(session, "News", clock.now())
        for number in range(10):
            add_subscriber(session, f"p{number}@big.example", clock.now())
        for number in range(2):
            add_subscriber(session, f"p{number}@small.example", clock.now())
    yield start
    for app in made:
        app.close()


def compose(app: Newsletter) -> Edition:
    with app.database.write() as session:
        made = compose_digest(
            session, app.config, app.renderer, "friday", period=None, now=app.clock.now()
        )
    assert isinstance(made, Edition)
    return made


def taken(app: Newsletter) -> dict[str, int]:
    """How many mails were handed over, by domain."""
    found = [domain_backoff.domain_of(m.recipient) for m in app.transport("default").taken]
    return {domain: found.count(domain) for domain in sorted(set(found))}


def counts(app: Newsletter, edition: Edition) -> dict[str, int]:
    with app.database.read() as session:
        return {k.value: v for k, v in store.counts(session, edition.id).items()}


def quota(text: str) -> str:
    return f'[limits.default.domains."Big.example"]\n{text}\n'


def test_beyond_the_quota_of_its_domain_mail_goes_on_when_it_is_fresh(
    site: Site, clock: FixedClock
) -> None:
    app = site(quota("per_hour = 4"))
    edition = compose(app)
    app.engine.send_due()
    assert taken(app) == {"big.example": 4, "small.example": 2}
    for expected in (8, 10):
        clock.at += HOUR
        app.engine.send_due()
        app.engine.send_due()
        assert taken(app)["big.example"] == expected
    assert counts(app, edition) == {"sent": 12}


def test_what_a_quota_puts_off_says_why_and_uses_up_no_attempt(site: Site) -> None:
    app = site(quota("per_day = 1"))
    edition = compose(app)
    app.engine.send_due()
    with app.database.read() as session:
        reasons = store.reasons(session, edition.id)
        found = session.connection().exec_driver_sql(
            "select distinct attempts from deliveries where state = 'deferred'"
        )
        assert found.all() == [(0,)]
    assert reasons == [("deferred", "put off: the quota of big.example (1 a day) is used up", 9)]


def test_a_rate_of_a_domain_holds_up_no_other(site: Site) -> None:
    app = site(quota("per_second = 0.2"))
    compose(app)
    app.engine.send_due()
    assert taken(app) == {"big.example": 1, "small.example": 2}


def test_a_quota_is_one_for_all_workers_of_all_processes(site: Site) -> None:
    transport = RecordingTransport(connections=2)
    apps = [site(quota("per_hour = 5") + "[sending]\nbatch = 2\n", transport) for _ in range(2)]
    edition = compose(apps[0])
    threads = [threading.Thread(target=app.engine.send, args=(edition.id,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken(apps[0]) == {"big.example": 5, "small.example": 2}


@given(allowed=st.integers(1, 20), mails=st.integers(1, 100), per_day=st.booleans())
def test_booked_ahead_no_window_gets_more_than_it_holds(
    allowed: int, mails: int, per_day: bool
) -> None:
    use = DomainUse(
        free_at=START, hour=START.replace(minute=0), day=START.replace(hour=0, minute=0),
        used_in_hour=allowed, used_in_day=allowed, booked_until=START,
    )  # fmt: skip
    options = RateOptions(per_day=allowed) if per_day else RateOptions(per_hour=allowed)
    turns = [domain_backoff.book(use, options, START) for _ in range(mails)]
    near = [turn for turn in turns if turn < START + domain_backoff.LONGEST_BOOKING - HOUR]
    assert turns == sorted(turns)
    assert all(START < turn <= START + domain_backoff.LONGEST_BOOKING for turn in turns)
    assert per_day or all(near.count(turn) <= allowed for turn in near)


def refusing(app: Newsletter, domain: str = "big.example") -> None:
    answers = {f"p{n}@{domain}": NO for n in range(10)}
    app.transport("default").answers.update(answers)


def given_up(app: Newsletter, clock: FixedClock) -> Edition:
    """An edition whose mails to one domain were never taken."""
    refusing(app)
    edition = compose(app)
    for _ in range(40):
        app.engine.send_due()
        clock.at += 2 * HOUR
    return edition


def test_a_domain_that_refuses_for_now_is_not_tried_with_all_its_mails(site: Site) -> None:
    app = site()
    refusing(app)
    edition = compose(app)
    app.engine.send_due()
    assert taken(app) == {"big.example": SEVERAL, "small.example": 2}
    assert counts(app, edition) == {"deferred": 10, "sent": 2}


def test_its_rests_grow_until_it_takes_mail_and_then_all_goes(
    site: Site, clock: FixedClock
) -> None:
    app = site()
    refusing(app)
    edition = compose(app)
    tried = []
    for _ in range(12):
        app.engine.send_due()
        tried.append(taken(app)["big.example"])
        clock.at += timedelta(minutes=10)
    assert tried[-1] <= 10 * 5  # of twelve looks
    app.transport("default").answers.clear()
    for _ in range(3):
        clock.at += 4 * HOUR
        app.engine.send_due()
    assert counts(app, edition) == {"sent": 12}


def test_a_full_mailbox_holds_up_nobody_else_of_its_domain(site: Site) -> None:
    app = site()
    app.transport("default").answers["p0@big.example"] = Deferred(response="450 4.2.2 full")
    edition = compose(app)
    app.engine.send_due()
    assert counts(app, edition) == {"deferred": 1, "sent": 11}


def test_a_domain_that_never_takes_mail_is_given_up_and_all_of_it_is_told(
    site: Site, clock: FixedClock
) -> None:
    app = site()
    edition = given_up(app, clock)
    assert counts(app, edition) == {"failed": 10, "sent": 2}
    with app.database.read() as session:
        assert all(r.startswith("given up: ") for _, r, _ in store.reasons(session, edition.id))


def test_what_was_given_up_may_be_tried_again_with_all_patience(
    site: Site, clock: FixedClock
) -> None:
    app = site()
    edition = given_up(app, clock)
    app.transport("default").answers.clear()
    with app.database.write() as session:
        assert control.retry_failed(session, edition.id) == 10
    clock.at += 4 * HOUR
    app.engine.send_due()
    clock.at += 4 * HOUR
    app.engine.send_due()
    assert counts(app, edition) == {"sent": 12}
