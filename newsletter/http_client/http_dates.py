"""Dates in HTTP headers, as clients and servers write them."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parsed_http_date(text: str) -> datetime | None:
    """The moment that a header such as Date names (RFC 9110, 5.6.7), in UTC; None where none."""
    try:
        moment = parsedate_to_datetime(text)
        # "-0000" gives a naive datetime; HTTP knows only GMT.
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
