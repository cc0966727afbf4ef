"""What answers of providers' APIs say of waiting, and reading inside JSON."""

from datetime import timedelta

import pytest

from newsletter.transports.api.answers import (
    ApiResponse,
    field,
    line,
    seconds,
    wait_of,
    wait_until,
)

DATE = "Fri, 27 Nov 2026 09:00:00 GMT"
MOMENT = 1_795_770_000  # that date


def reply(**headers: str) -> ApiResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ApiResponse(status=429, headers=named, body=b"")


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        ("120", timedelta(minutes=2)),
        ("Fri, 27 Nov 2026 09:10:00 GMT", timedelta(minutes=10)),
        ("Fri, 27 Nov 2026 08:00:00 GMT", None),
        ("Sat, 27 Nov 2027 09:00:00 GMT", timedelta(days=1)),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(retry_after: str, expected: timedelta | None) -> None:
    assert wait_of(reply(Retry_After=retry_after, Date=DATE)) == expected


def test_a_date_to_retry_at_needs_the_date_of_the_answer() -> None:
    assert wait_of(reply(Retry_After=DATE)) is None


@pytest.mark.parametrize(
    ("reset", "expected"),
    [
        (str(MOMENT + 90), timedelta(seconds=90)),
        (str(MOMENT - 90), None),
        (str(MOMENT * 2), timedelta(days=1)),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_a_limit_may_end_at_a_moment(reset: str, expected: timedelta | None) -> None:
    assert wait_until(reply(X_Reset=reset, Date=DATE), "X-Reset") == expected


@pytest.mark.parametrize("text", ["", "-1", "1.5", "½", "x"])
def test_odd_seconds_are_no_wait(text: str) -> None:
    assert seconds(text) is None


def test_words_become_one_printable_line_of_bounded_length() -> None:
    assert line("a\r\n b\tc\x00") == "a b c?"
    assert line(None) == ""
    assert len(line("x" * 1000)) == 500


@pytest.mark.parametrize(
    ("path", "expected"),
    [(("a", 0, "b"), 1), (("a", 1), None), (("a", "b"), None), ((0,), None), (("x", "y"), None)],
)
def test_a_missing_field_is_none(path: tuple[str | int, ...], expected: int | None) -> None:
    assert field({"a": [{"b": 1}]}, *path) == expected
