"""Dates as people and machines write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.dates import find_moment, moment_of

LONDON = ZoneInfo("Europe/London")
ZONES = st.sampled_from(
    [ZoneInfo(n) for n in ("Europe/London", "UTC", "Asia/Kathmandu", "America/St_Johns")]
)


@pytest.mark.parametrize(
    "text",
    [
        "23 March 2019",
        "23rd March 2019",
        "the 23rd of March 2019".removeprefix("the "),
        "2019-03-23",
        "March 23, 2019",
        "March 23rd 2019",
        "23 Mar 2019",
        "23 MARCH, 2019",
        "Saturday 23 March 2019",
        "Sat, 23 March 2019",
        "23 March 2019 12:00",
        "23 March 2019 at 12:00",
        "2019-03-23T12:00:00Z",
        "2019-03-23 12:00",
        "2019-03-23 12:00:00 +0000",
        "Sat, 23 Mar 2019 12:00:00 GMT",
        "23 Mar 19 12:00 +0000",
    ],
)
def test_many_ways_to_write_one_day(text: str) -> None:
    assert moment_of(text, LONDON) == datetime(2019, 3, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "31 February 2019",
        "29 February 2019",
        "0 March 2019",
        "2019-13-01",
        "2019-02-30T10:00:00Z",
        "23 March 2019 25:00",
        "Sun, 31 Feb 2019 10:00:00 GMT",
        "23 March 0000",
    ],
)
def test_days_that_no_calendar_has_are_named(text: str) -> None:
    with pytest.raises(Unreadable, match="calendar; correct the date"):
        moment_of(text, LONDON)


@pytest.mark.parametrize("text", ["03/04/2019", "3.4.19", "03-04-2019"])
def test_a_date_that_may_mean_two_days_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="may mean two days"):
        moment_of(text, LONDON)


@pytest.mark.parametrize(
    "value", ["", "soon", "yesterday", 20190323, True, None, ["2019"], "x" * 999]
)
def test_what_is_no_date_is_shown_short(value: object) -> None:
    with pytest.raises(Unreadable, match="is not a date") as caught:
        moment_of(value, LONDON)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_an_instant_outside_the_years_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="years 1 to 9999"):
        moment_of(text, LONDON)


@given(day=st.dates(date(2, 1, 1), date(9998, 1, 1)), zone=ZONES)
def test_a_date_alone_is_that_day_where_the_site_is(day: date, zone: ZoneInfo) -> None:
    for written in (day, day.isoformat(), f"{day.day} {day:%B} {day.year:04d}"):
        moment = moment_of(written, zone)
        assert moment.astimezone(zone).date() == day
        assert moment.astimezone(zone).hour == 12


@given(
    moment=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)),  # noqa: DTZ001
    hours=st.integers(-12, 14),
)
def test_an_instant_with_a_zone_is_kept(moment: datetime, hours: int) -> None:
    aware = moment.replace(tzinfo=UTC) + timedelta(hours=hours)
    assert moment_of(aware.isoformat(), LONDON) == aware


@given(st.text(max_size=60))
def test_no_text_raises_anything_but_unreadable(text: str) -> None:
    try:
        found = find_moment(text, LONDON)
    except Unreadable:
        return
    assert found is None or found.tzinfo is UTC
