"""Conditional requests and content negotiation (RFC 9110)."""

from datetime import UTC, datetime

import pytest

from newsletter.http.middleware.conditional import best_coding, http_date, is_unchanged

CHANGED = datetime(2026, 11, 27, 9, 0, 30, 500_000, tzinfo=UTC)
AT, BEFORE, LATER = (
    "Fri, 27 Nov 2026 09:00:30 GMT",
    "Fri, 27 Nov 2026 09:00:29 GMT",
    "Fri, 27 Nov 2026 10:00:30 +0000",
)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ("*", True),
        ('"x"', False),
        ("abc", False),
        ("", False),
    ],
)
def test_a_tag_matches_weakly_and_in_a_list(tags: str, expected: bool) -> None:
    assert is_unchanged({"if-none-match": tags}, '"abc"', CHANGED) is expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (AT, True),
        (LATER, True),
        (BEFORE, False),
        ("Fri, 27 Nov 2026 09:00:30 -0000", True),
        ("yesterday", False),
        ("", False),
        ("Fri, 99 Nov 2026 09:00:30 GMT", False),
    ],
)
def test_a_date_counts_in_whole_seconds(since: str, expected: bool) -> None:
    assert is_unchanged({"if-modified-since": since}, '"abc"', CHANGED) is expected


def test_if_none_match_takes_precedence_over_if_modified_since() -> None:
    headers = {"if-none-match": '"other"', "if-modified-since": LATER}
    assert not is_unchanged(headers, '"abc"', CHANGED)


def test_without_conditions_the_feed_is_sent() -> None:
    assert not is_unchanged({}, '"abc"', CHANGED)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, GZIP", "gzip"),
        ("br;q=0.1, gzip;q=0", "br"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0", ""),
        ("*;q=0", ""),
        ("identity", ""),
        ("gzip;q=much", ""),
        ("gzip;level=9", "gzip"),
        ("", ""),
    ],
)
def test_the_preferred_content_coding_is_sent(header: str, expected: str) -> None:
    assert best_coding(header) == expected


def test_dates_are_http_dates() -> None:
    assert http_date(CHANGED) == AT
