"""Times in words, counted as people in the site's zone count them."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.console.frame.presentation import words

# Half past one at night in London, in summer: still yesterday in UTC.
NOW = datetime(2026, 7, 3, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (timedelta(seconds=20), "in a moment"),
        (timedelta(minutes=5), "in 5 minutes"),
        (timedelta(hours=23), "in 23 hours"),
        (timedelta(hours=40), "in 1 day"),
        (timedelta(hours=47), "in 2 days"),
        (timedelta(days=8), "in 8 days"),
        (-timedelta(seconds=20), "just now"),
        (-timedelta(hours=2), "2 hours ago"),
        (-timedelta(hours=26), "2 days ago"),
    ],
)
def test_days_are_counted_by_the_dates_of_the_zone(later: timedelta, said: str) -> None:
    assert words.ago(NOW + later, NOW, "Europe/London") == said


def test_a_moment_is_named_by_the_day_it_has_in_the_zone() -> None:
    assert words.when(NOW + timedelta(hours=22, minutes=29), NOW, "Europe/London") == "today, 23:59"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("base_url", "Base URL"),
        ("dkim_key_file", "DKIM key file"),
        ("site_per_hour", "Site per hour"),
    ],
)
def test_an_option_is_labelled_by_its_name(name: str, said: str) -> None:
    assert words.label(name) == said
