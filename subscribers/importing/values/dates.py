"""Date parsing for lists: ISO 8601, Unix time, day first or month first."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from dateutil import parser

from newsletter.clock import in_utc
from newsletter.errors import InvalidInput

# Unix time in seconds or milliseconds, from 1990 to 2100.
_EPOCH = re.compile(r"\d{9,10}(\.\d+)?|\d{12,13}")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,]+(\d.*))?")
_ISO = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[ T]?\d.*)?")
_SLASHED_YEAR = re.compile(r"\d{4}[/.]\d{1,2}[/.]\d{1,2}(?:[ T].*)?")
_YEAR = re.compile(r"(?:19|20|21)\d\d")
_MONTH = re.compile(
    r"(?P<month>\d{1,2})[./-](?P<year>(?:19|20|21)\d\d)|"
    r"(?P<year_first>(?:19|20|21)\d\d)[./-](?P<month_last>\d{1,2})"
)
_MONTHS = re.compile(
    r"\b(jan|feb|f[ée]v|mar|m[äa]r|apr|avr|abr|may|mai|mag|maj|jun|jui|giu|jul|lug|aug|ago|ao[uû]|"
    r"sep|set|oct|okt|ott|out|nov|dec|dez|d[ée]c|dic)",
    re.IGNORECASE,
)
_FIRST_MILLISECONDS = 100_000_000_000
_TWELVE = 12
# The first and last days of clocks and calendars, which programs write for "never".
_NEVER = re.compile(
    r"1969-12-31|1970-01-01|1899-12-3[01]|1900-01-01|1901-12-13|2038-01-19|(?:2[1-9]|[3-9]\d)\d\d-.*"
)
# Defaults for missing parts.
_MISSING = datetime(2000, 1, 1, tzinfo=UTC)


class DayMonthOrder(StrEnum):
    """The order of day and month in 03/04/2021."""

    DAY = "day-first"
    MONTH = "month-first"


@lru_cache(maxsize=65536)
def is_date(text: str) -> bool:
    """Whether a cell is a date or time in a common format."""
    cell = text.strip()
    if _ISO.fullmatch(cell) or _NUMERIC.fullmatch(cell) or _SLASHED_YEAR.fullmatch(cell):
        return True
    if _EPOCH.fullmatch(cell):
        return True
    is_worded = len(cell) > 5 and any(map(str.isdigit, cell)) and _MONTHS.search(cell)
    return bool(is_worded) and _parsed(cell, DayMonthOrder.DAY) is not None


@lru_cache(maxsize=65536)
def is_never(text: str) -> bool:
    """Whether a date is one that programs write for "never", such as 1970-01-01 or 9999-12-31."""
    return is_date(text) and _NEVER.match(in_iso(text, DayMonthOrder.DAY)) is not None


@lru_cache(maxsize=65536)
def order_of(text: str) -> DayMonthOrder | bool:
    """The order of a date if only one is possible; True if both are, False if none is."""
    match = _NUMERIC.fullmatch(text.strip())
    if match is None:
        return False
    if match[2] == ".":
        # With dots the day comes first everywhere (DIN 1355, most of Europe).
        return DayMonthOrder.DAY
    first, second = int(match[1]), int(match[3])
    if first > _TWELVE >= second:
        return DayMonthOrder.DAY
    if second > _TWELVE >= first:
        return DayMonthOrder.MONTH
    return first != second


@lru_cache(maxsize=65536)
def in_iso(text: str, order: DayMonthOrder) -> str:
    """The date in ISO 8601; unchanged if it cannot be parsed."""
    cell = text.strip()
    if _EPOCH.fullmatch(cell):
        number = float(cell)
        seconds = number / 1000 if number >= _FIRST_MILLISECONDS else number
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
        return moment.isoformat(timespec="seconds")
    if _ISO.fullmatch(cell):
        return cell
    return _parsed(cell, order) or cell


@lru_cache(maxsize=65536)
def day_of(text: str, order: DayMonthOrder) -> date | None:
    """The day of a date or time; None if it is none, or no day of the calendar."""
    try:
        parts = _ISO.fullmatch(text.strip())
        if parts is not None:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
        return date.fromisoformat(in_iso(text, order)[:10]) if is_date(text) else None
    except ValueError:
        return None


@lru_cache(maxsize=65536)
def end_of(text: str, order: DayMonthOrder) -> date | None:
    """The last day of what ends then: of a day, a month (12/2026) or a year; None if it is none."""
    cell = text.strip()
    if _YEAR.fullmatch(cell):
        return date(int(cell), 12, 31)
    month = _MONTH.fullmatch(cell)
    if month is None:
        return day_of(cell, order)
    year = int(month["year"] or month["year_first"])
    number = int(month["month"] or month["month_last"])
    return date(year, number, monthrange(year, number)[1]) if 1 <= number <= _TWELVE else None


@lru_cache(maxsize=65536)
def moment_of(text: str, order: DayMonthOrder) -> datetime | None:
    """The moment of a date or time, one without a zone in UTC; None if it is none, or "never"."""
    if not is_date(text) or is_never(text):
        return None
    written = in_iso(text, order)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        try:
            moment = parser.parse(written, yearfirst=True)
        except (ValueError, OverflowError, TypeError):
            return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def pause_end(text: str) -> datetime | None:
    """The end of a pause, as our own export writes it.

    Raises:
        InvalidInput: it is no moment.
    """
    if not text:
        return None
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise InvalidInput(
            f"paused until {text!r} is no moment; write it as 2026-05-01T00:00:00+00:00"
        ) from error


def _parsed(cell: str, order: DayMonthOrder) -> str | None:
    try:
        parsed = parser.parse(cell, dayfirst=order is DayMonthOrder.DAY, default=_MISSING)
    except (ValueError, OverflowError, TypeError):
        return None
    is_day = not re.search(r"\d:\d|\dT\d", cell)
    if is_day:
        return date.isoformat(parsed.date())
    return parsed.isoformat(" ", "seconds").removesuffix("+00:00")
