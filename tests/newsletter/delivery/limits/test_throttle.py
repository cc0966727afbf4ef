"""Recipient domains: quotas shared by all workers, and back-off after temporary refusals."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import RecordingTransport, add_article, add_subscriber, make_app
from threads import at_once

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.tables.sending import RateOptions
from newsletter.delivery import control
from newsletter.delivery.ledger import store
from newsletter.delivery.ledger.models import DomainUsage
from newsletter.delivery.limits import domain_backoff
from newsletter.delivery.limits.domain_probing import REFUSALS_TO_REST
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


def test_mails_beyond_the_domain_quota_are_sent_in_the_next_window(
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


def test_a_deferral_by_quota_has_a_reason_and_counts_no_attempt(site: Site) -> None:
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


def test_a_domain_rate_limit_does_not_delay_other_domains(site: Site) -> None:
    app = site(quota("per_second = 0.2"))
    compose(app)
    app.engine.send_due()
    assert taken(app) == {"big.example": 1, "small.example": 2}


def test_a_quota_is_shared_by_all_processes(site: Site) -> None:
    transport = RecordingTransport(connections=2)
    apps = [site(quota("per_hour = 5") + "[sending]\nbatch = 2\n", transport) for _ in range(2)]
    edition = compose(apps[0])
    at_once(partial(app.engine.send, edition.id) for app in apps)
    assert taken(apps[0]) == {"big.example": 5, "small.example": 2}


@given(allowed=st.integers(1, 20), mails=st.integers(1, 100), per_day=st.booleans())
def test_booking_ahead_never_exceeds_a_window(allowed: int, mails: int, per_day: bool) -> None:
    use = DomainUsage(
        free_at=START, hour=START.replace(minute=0), day=START.replace(hour=0, minute=0),
        used_in_hour=allowed, used_in_day=allowed, booked_until=START,
    )  # fmt: skip
    options = RateOptions(per_day=allowed) if per_day else RateOptions(per_hour=allowed)
    turns = [domain_backoff.book(use, options, START) for _ in range(mails)]
    near = [turn for turn in turns if turn < START + domain_backoff.MAX_BOOKING - HOUR]
    assert turns == sorted(turns)
    assert all(START < turn <= START + domain_backoff.MAX_BOOKING for turn in turns)
    assert per_day or all(near.count(turn) <= allowed for turn in near)


def refusing(app: Newsletter, domain: str = "big.example") -> None:
    answers = {f"p{n}@{domain}": NO for n in range(10)}
    app.transport("default").answers.update(answers)


def given_up(app: Newsletter, clock: FixedClock) -> Edition:
    """An edition whose mails to one domain were never accepted."""
    refusing(app)
    edition = compose(app)
    for _ in range(40):
        app.engine.send_due()
        clock.at += 2 * HOUR
    return edition


def test_a_refusing_domain_is_rested_after_a_few_mails(site: Site) -> None:
    app = site()
    refusing(app)
    edition = compose(app)
    app.engine.send_due()
    assert taken(app) == {"big.example": REFUSALS_TO_REST, "small.example": 2}
    assert counts(app, edition) == {"deferred": 10, "sent": 2}


def test_rests_of_a_domain_grow_until_it_accepts_mail(site: Site, clock: FixedClock) -> None:
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


def test_a_full_mailbox_does_not_delay_others_of_its_domain(site: Site) -> None:
    app = site()
    app.transport("default").answers["p0@big.example"] = Deferred(response="450 4.2.2 full")
    edition = compose(app)
    app.engine.send_due()
    assert counts(app, edition) == {"deferred": 1, "sent": 11}


def test_mails_to_a_domain_that_never_accepts_fail_with_a_reason(
    site: Site, clock: FixedClock
) -> None:
    app = site()
    edition = given_up(app, clock)
    assert counts(app, edition) == {"failed": 10, "sent": 2}
    with app.database.read() as session:
        assert all(r.startswith("given up: ") for _, r, _ in store.reasons(session, edition.id))


def test_retried_failures_get_the_whole_give_up_time_again(site: Site, clock: FixedClock) -> None:
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
