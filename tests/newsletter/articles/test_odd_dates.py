"""Dates at the edges: values that are dates already, midnight as 24:00, weeks that do not exist."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.values.dates import moment_of

ZONE = ZoneInfo("UTC")


def test_a_datetime_keeps_its_moment() -> None:
    moment = datetime(2019, 3, 23, 12, tzinfo=UTC)
    assert moment_of(moment, ZONE) == moment


def test_midnight_at_the_end_of_a_day_is_the_next_day() -> None:
    assert moment_of("2019-03-23 24:00", ZONE) == datetime(2019, 3, 24, tzinfo=UTC)


def test_a_week_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Unreadable):
        moment_of("2019-W54-1", ZONE)


@pytest.mark.parametrize(
    "written",
    [
        "10:20 on 23 March 2019 CEST",
        "10:20, 23 March 2019 GMT+2",
        "10:20 on 23 March 2019 +02:00",
        "23 March 2019 10:20 GMT+2",
        "Mar 23 10:20 2019 GMT+2",
        "Sat Mar 23 10:20:00 GMT+0200 2019",
        "Sat Mar 23 2019 10:20:00 GMT+0200 (Central European Summer Time)",
    ],
)
def test_a_zone_counts_wherever_it_stands(written: str) -> None:
    assert moment_of(written, ZONE) == datetime(2019, 3, 23, 8, 20, tzinfo=UTC)
