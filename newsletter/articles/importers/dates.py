"""Dates and times as people and machines write them.

What has no zone is in the site's zone. A date alone stands for noon there, so that no zone in
which it is shown moves it to another day. A date of digits only is taken as year-month-day;
03/04/2019 is refused, because nobody knows which of the two months it means.
"""

import re
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import Unreadable

MEND = "write the date as 2019-03-23 or 23 March 2019"
NOON = time(12)

_MONTH_NAMES = (
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may",),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sept", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)
_MONTHS = {name: n for n, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_TIME = r"(?:,?\s+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
_WRITTEN = tuple(
    re.compile(rf"{_WEEKDAY}{form}{_TIME}", re.IGNORECASE)
    for form in (
        rf"{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
    )
)
_ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
_AMBIGUOUS = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")
_RFC822 = re.compile(r"\d{1,2}\s+[A-Za-z]{3}\s+\d{2,4}\s+\d{1,2}:\d{2}")


def moment_of(value: object, zone: ZoneInfo) -> datetime:
    """The instant in UTC that a date, a datetime or a text names.

    Raises:
        Unreadable: it names none, or a day that no calendar has.
    """
    if isinstance(value, datetime):
        return _in_utc(value, zone)
    if isinstance(value, date):
        return _in_utc(datetime.combine(value, NOON), zone)
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"the date {_shown(value)} is not a date", MEND)
    moment = find_moment(value.strip(), zone)
    if moment is None:
        raise _not_a_date(value.strip())
    return moment


def find_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant that a text names, or None where it is not the form of a date at all.

    Raises:
        Unreadable: it has the form of a date, but there is no such day or time.
    """
    for form in (_ISO_DATE, *_WRITTEN):
        if found := form.fullmatch(text):
            return _in_utc(_calendar(found, text), zone)
    moment = _iso(text) or _rfc822(text)
    return None if moment is None else _in_utc(moment, zone)


def _calendar(found: re.Match[str], text: str) -> datetime:
    parts = found.groupdict()
    month = _MONTHS.get(parts["month"].lower()) or int(parts["month"])
    try:
        day = date(int(parts["year"]), month, int(parts["day"]))
        at = time(int(parts["hour"]), int(parts["minute"])) if parts.get("hour") else NOON
    except ValueError as error:
        raise Unreadable(f"there is no {text!r} in the calendar", "correct the date") from error
    return datetime.combine(day, at)


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d", text):
        return None
    try:
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d|Z$)", "", text))
    except ValueError as error:
        raise Unreadable(
            f"there is no {_shown(text)} in the calendar", "correct the date"
        ) from error


def _rfc822(text: str) -> datetime | None:
    if not _RFC822.search(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except ValueError as error:
        raise Unreadable(
            f"there is no {_shown(text)} in the calendar", "correct the date"
        ) from error


def _in_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise Unreadable(
            f"the date {moment.isoformat()} is outside the years 1 to 9999", "correct the date"
        ) from error


def _not_a_date(text: str) -> Unreadable:
    if _AMBIGUOUS.fullmatch(text):
        return Unreadable(f"the date {text!r} may mean two days", MEND)
    return Unreadable(f"{_shown(text)} is not a date", MEND)


def _shown(value: object) -> str:
    """The value as a message may show it, cut where it is long."""
    text = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return text if len(text) <= 60 else text[:57] + "…'"
