"""Date parsing."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.values.date_order import DateOrder, has_ambiguous, order_of
from newsletter.articles.importers.values.dates import find_moment, moment_of, read_moment

LONDON = ZoneInfo("Europe/London")
KYIV = ZoneInfo("Europe/Kyiv")
ZONES = st.sampled_from(
    [ZoneInfo(n) for n in ("Europe/London", "UTC", "Asia/Kathmandu", "America/St_Johns")]
)


@pytest.mark.parametrize(
    "text",
    [
        "23 March 2019",
        "23rd March 2019",
        "23rd of March 2019",
        "2019-03-23",
        "2019/03/23",
        "20190323",
        "2019-W12-6",
        "March 23, 2019",
        "March 23rd 2019",
        "23 Mar 2019",
        "23 MARCH, 2019",
        "23-Mar-2019",
        "Saturday 23 March 2019",
        "Sat, 23 March 2019",
        "23.03.2019",
        "23/03/2019",
        "03/23/2019",
        "23. März 2019",
        "samedi 23 mars 2019",
        "za 23 mrt 2019",
        "23 de marzo de 2019",
        "23 марта 2019 г.",
        "23 Μαρτίου 2019",
        "2019年3月23日",
        "2019년 3월 23일",
    ],
)
def test_a_day_without_a_time_begins_with_its_first_minute(text: str) -> None:
    moment = read_moment(text, KYIV)
    assert moment.at == datetime(2019, 3, 22, 22, tzinfo=UTC)
    assert "00:00 in Europe/Kyiv" in moment.reading


@pytest.mark.parametrize(
    "text",
    [
        "2019-03-23T14:30:00Z",
        "2019-03-23T14:30:00.000Z",
        "2019-03-23T15:30:00+0100",
        "2019-03-23 14:30:00 +0000 UTC",
        "Sat, 23 Mar 2019 14:30:00 GMT",
        "Sat, 23 Mar 2019 14:30:00 -0000",
        "Sat, 23 Mar 2019 14:30:00 +0000 (UTC)",
        "Sat, 23 Mar 2019 16:30:00 CEST",
        "Sat, 23 Mar 2019 16:30:00 GMT+2",
        "Sat, 23 Mar 2019 09:30:00 EST",
        "23 Mar 19 14:30 +0000",
        "Sat Mar 23 14:30:00 UTC 2019",
        "za, 23 mrt 2019 15:30:00 +0100",
        "1553351400",
        "1553351400000",
    ],
)
def test_common_date_formats_are_parsed(text: str) -> None:
    assert moment_of(text, KYIV) == datetime(2019, 3, 23, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "23 March 2019 14:30",
        "23 March 2019 at 2:30 PM",
        "March 23, 2019, 2:30 p.m.",
        "14:30, 23 March 2019",
        "2019-03-23T14:30",
        "23.03.2019 14:30",
        "23. März 2019 - 14:30 Uhr",
        "Sat Mar 23 14:30:00 2019",
        "2019年3月23日 14:30",
    ],
)
def test_a_time_without_a_zone_is_in_the_sites_zone_with_a_note(text: str) -> None:
    moment = read_moment(text, KYIV)
    assert moment.at == datetime(2019, 3, 23, 12, 30, tzinfo=UTC)
    assert "Europe/Kyiv" in moment.reading


@pytest.mark.parametrize("text", ["Mon, 30 Nov -0001 00:00:00 +0000", "23 March", "2019", "10:30"])
def test_incomplete_dates_are_not_completed(text: str) -> None:
    assert find_moment(text, KYIV) is None


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
def test_nonexistent_days_are_refused_by_name(text: str) -> None:
    with pytest.raises(Unreadable, match="calendar; correct the date"):
        moment_of(text, LONDON)


@pytest.mark.parametrize("text", ["03/04/2019", "3.4.19", "03-04-2019", "03/04/2019 10:00"])
def test_ambiguous_dates_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="may mean two days"):
        moment_of(text, LONDON)


@pytest.mark.parametrize("value", ["", "soon", "yesterday", 2019, True, None, ["2019"], "x" * 999])
def test_invalid_dates_are_truncated_in_messages(value: object) -> None:
    with pytest.raises(Unreadable, match="is not a date") as caught:
        moment_of(value, LONDON)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"]
)
def test_an_instant_outside_the_years_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="years 1000 to 9998"):
        moment_of(text, LONDON)


@given(day=st.dates(date(1000, 1, 1), date(9998, 1, 1)), zone=ZONES)
def test_a_date_without_a_time_is_in_the_sites_zone(day: date, zone: ZoneInfo) -> None:
    for written in (day, day.isoformat(), f"{day.day} {day:%B} {day.year:04d}"):
        moment = moment_of(written, zone)
        assert moment.astimezone(zone).date() == day
        assert (moment - timedelta(microseconds=1)).astimezone(zone).date() < day


@given(
    moment=st.datetimes(datetime(1000, 1, 2), datetime(9998, 1, 1)),  # noqa: DTZ001
    hours=st.integers(-12, 14),
)
def test_an_instant_with_a_zone_is_kept(moment: datetime, hours: int) -> None:
    aware = moment.replace(tzinfo=UTC) + timedelta(hours=hours)
    assert moment_of(aware.isoformat(), LONDON) == aware


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_raises_unreadable(text: str) -> None:
    try:
        found = find_moment(text, LONDON)
    except Unreadable:
        return
    assert found is None or found.tzinfo is UTC


def test_a_date_without_time_is_the_first_minute_of_its_day() -> None:
    assert moment_of(date(2019, 3, 23), LONDON) == datetime(2019, 3, 23, tzinfo=UTC)


def test_a_number_of_eight_digits_is_a_day() -> None:
    assert moment_of(20190323, LONDON) == datetime(2019, 3, 23, tzinfo=UTC)


def test_a_zone_counts_in_any_order_of_the_words() -> None:
    assert find_moment("2019 23 march 10:20 CET", LONDON) == datetime(
        2019, 3, 23, 9, 20, tzinfo=UTC
    )


def test_an_unknown_word_after_a_day_makes_it_no_date() -> None:
    assert find_moment("2019-03-23 platypus", LONDON) is None


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03/04/2019", "25/04/2019"], DateOrder(is_day_first=True, shown_by="25/04/2019")),
        (["03-04-19", "04-25-19 9 pm"], DateOrder(is_day_first=False, shown_by="04-25-19")),
        (["03/04/2019", "25/04/2019", "04/25/2019"], None),
        (["03/04/2019", "5/5/2019", "2019-04-25", "25 April 2019", None, 25], None),
        ([], None),
    ],
)
def test_dates_valid_in_one_order_show_it(dates: list[object], order: DateOrder | None) -> None:
    assert order_of(dates) == order


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("Wall,03/04/2019,Words", True),
        ("3-4-19", True),
        ("25/04/2019 and 04.05.2019 and 2019-04-03 and 4/4/2019", False),
    ],
)
def test_an_ambiguous_date_in_a_text_is_found(text: str, is_there: bool) -> None:
    assert has_ambiguous(text) is is_there


@pytest.mark.parametrize(("is_day_first", "month"), [(True, 4), (False, 3)])
def test_an_ambiguous_date_is_read_in_the_order_of_the_others(
    is_day_first: bool, month: int
) -> None:
    order = DateOrder(is_day_first=is_day_first, shown_by="another")
    moment = read_moment("03/04/2019 14:30 UTC", LONDON, order)
    assert (moment.at.month, moment.reading) == (month, order.reading)
