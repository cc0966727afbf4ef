"""Dates of HTTP headers, right and absurd."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.http_client.http_dates import parsed_http_date


@pytest.mark.parametrize(
    "text",
    [
        "Sat, 28 Nov 2026 06:30:00 GMT",
        "Sat, 28 Nov 2026 06:30:00 -0000",
        "Sat, 28 Nov 2026 07:30:00 +0100",
    ],
)
def test_a_date_is_a_moment_in_utc(text: str) -> None:
    assert parsed_http_date(text) == datetime(2026, 11, 28, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 99999999999:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 2024 00:00:00 -2400",
        "Fri, 31 Dec 9999 23:59:59 -2359",
    ],
)
def test_a_date_beyond_the_calendar_is_none(text: str) -> None:
    assert parsed_http_date(text) is None


@given(
    st.text(max_size=40) | st.from_regex(r"Mon, \d{1,30} Jan \d{1,30} \d{1,30}:\d\d [+-]\d{1,30}")
)
def test_no_text_raises(text: str) -> None:
    parsed_http_date(text)
