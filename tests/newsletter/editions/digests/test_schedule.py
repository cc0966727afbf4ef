"""Due runs, across daylight saving changes and after downtime."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.digests.schedule import DueRuns, due_runs, in_words, next_runs

LONDON = ZoneInfo("Europe/London")
FRIDAYS = "0 9 * * FRI"


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def due(
    schedule: str,
    now: datetime,
    *,
    zone: ZoneInfo = LONDON,
    recorded: set[str] | None = None,
    since: datetime | None = None,
    grace: timedelta = timedelta(hours=12),
) -> DueRuns:
    return due_runs(
        schedule,
        zone,
        known_since=since or now - timedelta(days=6),
        recorded=recorded or set(),
        grace=grace,
        now=now,
    )


@pytest.mark.parametrize("friday", ["FRI", "5"])
def test_a_friday_schedule_fires_on_friday_by_name_and_by_number(friday: str) -> None:
    runs = next_runs(f"0 9 * * {friday}", LONDON, utc(2026, 11, 23), 2)
    assert [run.period for run in runs] == ["2026-11-27", "2026-12-04"]


def test_nine_in_the_morning_stays_nine_through_both_clock_changes() -> None:
    runs = next_runs("0 9 * * *", LONDON, utc(2026, 3, 28, 0), 2)
    assert [run.at for run in runs] == [utc(2026, 3, 28, 9), utc(2026, 3, 29, 8)]
    runs = next_runs("0 9 * * *", LONDON, utc(2026, 10, 24, 0), 2)
    assert [run.at for run in runs] == [utc(2026, 10, 24, 8), utc(2026, 10, 25, 9)]


def test_a_run_in_the_skipped_hour_happens_once() -> None:
    runs = next_runs("30 1 * * *", LONDON, utc(2026, 3, 28, 12), 2)
    assert [(run.period, run.at) for run in runs] == [
        ("2026-03-29", utc(2026, 3, 29, 1, 30)),
        ("2026-03-30", utc(2026, 3, 30, 0, 30)),
    ]


def test_a_run_in_the_repeated_hour_happens_once() -> None:
    first = due("30 1 * * *", utc(2026, 10, 25, 0, 30), since=utc(2026, 10, 24, 12))
    assert first.due is not None
    assert first.due.period == "2026-10-25"
    second = due(
        "30 1 * * *",
        utc(2026, 10, 25, 1, 30),
        since=utc(2026, 10, 24, 12),
        recorded={"2026-10-25"},
    )
    assert second == DueRuns(due=None, missed=())


def test_a_run_is_due_at_its_minute_and_not_before() -> None:
    assert due(FRIDAYS, utc(2026, 11, 27, 8, 59)).due is None
    found = due(FRIDAYS, utc(2026, 11, 27, 9, 0)).due
    assert found is not None
    assert found.period == "2026-11-27"


def test_a_period_that_has_an_edition_is_not_due_again() -> None:
    found = due(FRIDAYS, utc(2026, 11, 27, 9, 1), recorded={"2026-11-27"})
    assert found == DueRuns(due=None, missed=())


def test_a_run_missed_within_its_grace_is_made_up() -> None:
    found = due(FRIDAYS, utc(2026, 11, 27, 20, 59))
    assert found.due is not None


def test_a_run_missed_beyond_its_grace_is_only_reported() -> None:
    found = due(FRIDAYS, utc(2026, 11, 27, 21, 1))
    assert found.due is None
    assert [run.period for run in found.missed] == ["2026-11-27"]


def test_after_weeks_of_downtime_only_the_latest_run_is_made() -> None:
    found = due(FRIDAYS, utc(2026, 11, 27, 10), since=utc(2026, 11, 1))
    assert found.due is not None
    assert found.due.period == "2026-11-27"
    assert [run.period for run in found.missed] == ["2026-11-20", "2026-11-13", "2026-11-06"]


def test_a_digest_new_today_never_missed_anything() -> None:
    found = due(FRIDAYS, utc(2026, 11, 27, 10), since=utc(2026, 11, 27, 9, 30))
    assert found == DueRuns(due=None, missed=())


def test_several_runs_a_day_have_distinct_periods() -> None:
    runs = next_runs("0 9,17 * * *", LONDON, utc(2026, 11, 27, 0), 2)
    assert [run.period for run in runs] == ["2026-11-27T09:00", "2026-11-27T17:00"]


@given(
    day=st.integers(0, 365 * 3),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_a_daily_schedule_has_exactly_one_run_for_each_date(
    day: int, hour: int, minute: int, zone: str
) -> None:
    start = utc(2025, 1, 1) + timedelta(days=day)
    runs = list(next_runs(f"{minute} {hour} * * *", ZoneInfo(zone), start, 5))
    dates = [datetime.fromisoformat(run.period) for run in runs]
    assert [b - a for a, b in pairwise(dates)] == [timedelta(days=1)] * 4
    assert [run.at for run in runs] == sorted(run.at for run in runs)


def test_a_schedule_is_said_in_words() -> None:
    assert in_words(FRIDAYS, LONDON) == "at 09:00 on Friday, London time"
