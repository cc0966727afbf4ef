"""How dates are written to people."""

from datetime import UTC, datetime

from newsletter.editions.dates import clock_time, long_date

MOMENT = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)


def test_a_long_date_is_the_day_in_its_zone() -> None:
    assert long_date(MOMENT, "Europe/London") == "Thursday 2 July 2026"


def test_a_time_names_its_zone() -> None:
    assert clock_time(MOMENT, "Europe/London") == "Thu 2 Jul 2026 00:30 BST"
