"""Parsing and writing of durations."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config.durations import parse_duration, write_duration


def test_units_add_up() -> None:
    assert parse_duration("1w 2d 3h 4m 5s") == timedelta(9, 3 * 3600 + 4 * 60 + 5)


@pytest.mark.parametrize("text", ["", "5", "m", "5 minutes", "-5m", "1h and 2m", 5, None, True])
def test_invalid_durations_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


def test_a_duration_longer_than_time_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        parse_duration("9" * 20 + "w")


@given(st.integers(0, 10**9))
def test_written_durations_round_trip(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(write_duration(duration)) == duration
    assert parse_duration(duration) == duration
