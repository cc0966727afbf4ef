"""Rate limits and quotas are never exceeded in an hour, a day or a second."""

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.tables.sending import LimitOptions, RateOptions
from newsletter.delivery.ledger.models import TransportUsage
from newsletter.delivery.limits import quotas, warm_up
from newsletter.editions import store
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition, EditionState

START = datetime.fromisoformat("2026-11-27T09:20:00+00:00")


def fresh() -> TransportUsage:
    return TransportUsage(
        transport="main", free_at=START, hour=START, day=START, used_in_hour=0, used_in_day=0
    )


@given(
    asked=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 7200)), max_size=30),
    per_hour=st.integers(1, 60),
    per_day=st.integers(1, 200),
)
def test_no_window_exceeds_its_quota(
    asked: list[tuple[int, int]], per_hour: int, per_day: int
) -> None:
    use, options = fresh(), LimitOptions(per_hour=per_hour, per_day=per_day)
    now, hours, days = START, dict[datetime, int](), dict[datetime, int]()
    for wanted, seconds in asked:
        now += timedelta(seconds=seconds)
        granted = quotas.grant(use, options, wanted, now)
        quotas.consume(use, granted, granted.count, now)
        hours[use.hour] = hours.get(use.hour, 0) + granted.count
        days[use.day] = days.get(use.day, 0) + granted.count
    assert max(hours.values(), default=0) <= per_hour
    assert max(days.values(), default=0) <= per_day


@given(wanted=st.lists(st.integers(1, 40), min_size=1, max_size=20), rate=st.integers(1, 50))
def test_grants_to_concurrent_workers_keep_the_rate(wanted: list[int], rate: int) -> None:
    use, options = fresh(), LimitOptions(per_second=rate)
    moments: list[float] = []
    for count in wanted:
        granted = quotas.grant(use, options, count, START)
        quotas.consume(use, granted, granted.count, START)
        first = granted.wait.total_seconds()
        moments += [first + n * granted.gap.total_seconds() for n in range(granted.count)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert all(gap >= 1 / rate - 1e-4 for gap in gaps)


def test_a_used_up_quota_returns_the_wait() -> None:
    use, options = fresh(), LimitOptions(per_hour=10)
    quotas.consume(use, quotas.grant(use, options, 10, START), 10, START)
    refused = quotas.grant(use, options, 1, START)
    assert (refused.count, refused.is_used_up) == (0, True)
    assert refused.wait == timedelta(minutes=40)
    assert quotas.grant(use, options, 1, START + refused.wait).count == 1


def test_refunded_mails_may_be_sent_again() -> None:
    use, options = fresh(), LimitOptions(per_day=10)
    quotas.consume(use, quotas.grant(use, options, 10, START), 10, START)
    quotas.refund(use, 4)
    assert quotas.grant(use, options, 10, START).count == 4


def test_refunded_rate_slots_are_free_again() -> None:
    use, options = fresh(), LimitOptions(per_second=10)
    granted = quotas.grant(use, options, 10, START)
    quotas.consume(use, granted, 10, START)
    quotas.refund_rate(use, granted, 7, taken_until=use.free_at, now=START)
    assert quotas.grant(use, options, 1, START).wait == timedelta(seconds=0.3)


def test_rate_slots_before_those_of_another_worker_are_not_refunded() -> None:
    use, options = fresh(), LimitOptions(per_second=10)
    mine = quotas.grant(use, options, 5, START)
    quotas.consume(use, mine, 5, START)
    taken_until = use.free_at
    quotas.consume(use, quotas.grant(use, options, 5, START), 5, START)
    quotas.refund_rate(use, mine, 5, taken_until=taken_until, now=START)
    assert quotas.grant(use, options, 1, START).wait == timedelta(seconds=1)


@pytest.fixture
def limited(tmp_path: Path, database_url: str, clock: FixedClock) -> Newsletter:
    """A site with five subscribers whose provider takes three mails a day."""
    extra = "[limits.default]\nper_day = 3\n"
    app = make_app(tmp_path, database_url, clock, extra, RecordingTransport())
    with app.database.write() as session:
        add_article(session, "News", clock.now())
        for number in range(5):
            add_subscriber(session, f"p{number}@wexcombe.example", clock.now())
    return app


def test_mails_beyond_the_daily_quota_are_sent_the_next_day(
    limited: Newsletter, clock: FixedClock
) -> None:
    transport = limited.transport("default")
    with limited.database.write() as session:
        edition = compose_digest(
            session, limited.config, limited.renderer, "friday", period=None, now=clock.now()
        )
        assert isinstance(edition, Edition)
    limited.engine.send_due()
    limited.engine.send_due()
    assert len(transport.taken) == 3
    clock.at += timedelta(hours=15)
    limited.engine.send_due()
    assert len({mail.recipient for mail in transport.taken}) == len(transport.taken) == 5
    with limited.database.read() as session:
        assert store.state_of(session, edition.id) is EditionState.SENT
    limited.close()


PLAN = LimitOptions(warm_up=(50, 100, 500), per_day=400)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("days", "allowed"), [(0, 50), (1, 100), (2, 400), (3, 400), (99, 400)])
def test_a_warm_up_grows_daily_up_to_the_configured_limit(days: int, allowed: int) -> None:
    assert warm_up.limits_today(PLAN, START, START + days * DAY).per_day == allowed


def test_a_dated_warm_up_stays_at_its_first_day_until_its_date() -> None:
    dated = LimitOptions(warm_up=(50, 100), warm_up_from=(START + 5 * DAY).date())
    found = [warm_up.limits_today(dated, START, START + n * DAY).per_day for n in (0, 5, 6, 7)]
    assert found == [50, 50, 100, 0]


def test_an_unused_transport_starts_its_warm_up_today() -> None:
    assert warm_up.day_of(PLAN, None, START) == 0


def test_without_a_warm_up_the_configured_limits_apply() -> None:
    plain = LimitOptions(per_day=7)
    assert warm_up.limits_today(plain, None, START) is plain
    assert isinstance(warm_up.limits_today(PLAN, None, START), RateOptions)


def test_mails_beyond_the_warm_up_limit_are_sent_the_next_day(
    tmp_path: Path, sqlite_url: str, clock: FixedClock
) -> None:
    transport = RecordingTransport(connections=2)
    app = make_app(tmp_path, sqlite_url, clock, "[limits.default]\nwarm_up = [2, 3]\n", transport)
    with app.database.write() as session:
        add_article(session, "News", clock.now())
        for number in range(9):
            add_subscriber(session, f"p{number}@wexcombe.example", clock.now())
        compose_digest(session, app.config, app.renderer, "friday", period=None, now=clock.now())
    sent = []
    for _ in range(3):
        app.engine.send_due()
        app.engine.send_due()
        sent.append(len(transport.taken))
        clock.at += DAY
    app.close()
    assert sent == [2, 5, 9]
