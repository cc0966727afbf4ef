"""The ceiling of sign-ups is learned from the people who confirmed, over weeks."""

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
    GROWTH,
    LEAST_PER_HOUR,
    RANK,
    WEEKS,
    learned_rate,
    max_per_hour,
)

BUSIEST = st.lists(st.integers(0, 100_000), min_size=WEEKS, max_size=WEEKS)


@given(BUSIEST)
def test_it_is_never_below_the_least(busiest: list[int]) -> None:
    assert learned_rate(busiest) >= LEAST_PER_HOUR


@given(BUSIEST, st.lists(st.integers(0, 10**9), max_size=RANK - 1))
def test_floods_of_two_weeks_raise_it_to_the_busiest_other_day_at_most(
    busiest: list[int], floods: list[int]
) -> None:
    assert learned_rate([*floods, *busiest]) <= max(LEAST_PER_HOUR, FACTOR * max(busiest))


@given(BUSIEST, st.integers(0, WEEKS - 1), st.integers(0, 100_000))
def test_a_busier_week_never_lowers_it(busiest: list[int], week: int, more: int) -> None:
    busier = list(busiest)
    busier[week] += more
    assert learned_rate(busier) >= learned_rate(busiest)


@given(st.integers(0, 100_000))
def test_the_usual_rate_of_two_months_is_below_the_ceiling(people: int) -> None:
    assert learned_rate([people] * WEEKS) >= people


def test_it_grows_by_steps() -> None:
    assert learned_rate([100_000] * RANK + [0] * (WEEKS - RANK)) == GROWTH * LEAST_PER_HOUR


def rate(database: Database, clock: FixedClock, **options: int) -> int:
    with database.read() as session:
        return max_per_hour(session, JoiningOptions(**options), clock.now())


def confirm(database: Database, clock: FixedClock, days_ago: int, people: int) -> None:
    moment = clock.now() - timedelta(days=days_ago)
    with database.write() as session:
        for number in range(people):
            add_subscriber(session, f"p{days_ago}-{number}@wexcombe.example", moment)


def test_it_follows_from_the_busiest_days_of_the_last_eight_weeks(
    database: Database, clock: FixedClock
) -> None:
    for days_ago, people in [(2, 60), (3, 58), (9, 50), (37, 40), (70, 70)]:
        confirm(database, clock, days_ago, people)
    assert rate(database, clock) == FACTOR * 40


def test_a_flood_of_three_days_that_confirms_is_never_learned(
    database: Database, clock: FixedClock
) -> None:
    """By programs that have mailboxes, and press the link in each mail."""
    for days_ago in (1, 2, 3):
        confirm(database, clock, days_ago, LEAST_PER_HOUR)
    seen = set()
    for _ in range(7 * WEEKS):
        seen.add(rate(database, clock))
        clock.at += timedelta(days=1)
    assert seen == {LEAST_PER_HOUR}


def test_todays_flood_does_not_raise_it(database: Database, clock: FixedClock) -> None:
    confirm(database, clock, 0, 3 * LEAST_PER_HOUR)
    assert rate(database, clock) == LEAST_PER_HOUR


@pytest.mark.parametrize("chosen", [1, 5000])
def test_a_configured_ceiling_overrides_the_learned_one(
    database: Database, clock: FixedClock, chosen: int
) -> None:
    assert rate(database, clock, site_per_hour=chosen) == chosen
