"""The ceiling of sign-ups is learned from the people who confirmed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import add_subscriber

from newsletter.clock import FixedClock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.database import Database
from newsletter.subscriptions.usual_rate import (
    FACTOR,
    LEAST_PER_HOUR,
    RANK,
    learned_rate,
    max_per_hour,
)

DAYS = st.lists(st.integers(0, 100_000), max_size=28)


@given(DAYS)
def test_it_is_never_below_the_least(days: list[int]) -> None:
    assert learned_rate(days) >= LEAST_PER_HOUR


@given(DAYS, st.lists(st.integers(0, 10**9), max_size=RANK - 1))
def test_floods_of_two_days_raise_it_to_the_busiest_other_day_at_most(
    days: list[int], floods: list[int]
) -> None:
    most = max(days, default=0)
    assert learned_rate([*days, *floods]) <= max(LEAST_PER_HOUR, FACTOR * most)


@given(DAYS, st.integers(0, 100_000))
def test_another_day_never_lowers_it(days: list[int], another: int) -> None:
    assert learned_rate([*days, another]) >= learned_rate(days)


@given(DAYS)
def test_the_learned_ceiling_is_at_least_the_third_busiest_day(days: list[int]) -> None:
    usual = sorted(days)[-RANK:]
    if len(usual) == RANK:
        assert learned_rate(days) >= usual[0]


def rate(database: Database, clock: FixedClock, **options: int) -> int:
    with database.read() as session:
        return max_per_hour(session, JoiningOptions(**options), clock.now())


def confirm(database: Database, clock: FixedClock, days_ago: int, people: int) -> None:
    moment = clock.now() - timedelta(days=days_ago)
    with database.write() as session:
        for number in range(people):
            add_subscriber(session, f"p{days_ago}-{number}@wexcombe.example", moment)


def test_it_follows_from_the_last_four_weeks(database: Database, clock: FixedClock) -> None:
    for days_ago, people in [(2, 60), (5, 50), (9, 40), (30, 70)]:
        confirm(database, clock, days_ago, people)
    assert rate(database, clock) == FACTOR * 40


def test_todays_flood_does_not_raise_it(database: Database, clock: FixedClock) -> None:
    confirm(database, clock, 0, 3 * LEAST_PER_HOUR)
    assert rate(database, clock) == LEAST_PER_HOUR


@pytest.mark.parametrize("chosen", [1, 5000])
def test_a_configured_ceiling_overrides_the_learned_one(
    database: Database, clock: FixedClock, chosen: int
) -> None:
    assert rate(database, clock, site_per_hour=chosen) == chosen
