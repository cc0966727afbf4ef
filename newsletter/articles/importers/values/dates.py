"""Date and time parsing for the forms that people and programs write.

A date without a time is the start of that day in the site's zone; a time without a zone is in the
site's zone. Ambiguous numeric dates (03/04/2019) are read in the order of the file's other dates
(`date_order`), or refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from unicodedata import normalize
from zoneinfo import ZoneInfo

from dateutil import parser as dateutil_parser

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.values.date_order import BY_NUMBERS, DateOrder, is_ambiguous
from newsletter.articles.importers.values.month_names import month_of
from newsletter.articles.importers.values.timezones import zone_of

HINT = "write the date as 2019-03-23 or 23 March 2019"
MAX_DATE_LENGTH = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Go and .NET write the year 1 for no date. The last year leaves room for any zone.
FIRST_YEAR, LAST_YEAR = 1000, 9998
_MILLISECONDS = 10**12
_SECONDS = 10**9

_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
)
_AFTER = (
    rf"(?:\s*[гр]\.?)?(?:(?:T|,?\s+(?:(?:at|um|à|om|kl\.?|às|@|[-–|•·])\s+)?|,){_CLOCK}"
    r"(?:\s*(?:uhr|h|hrs))?)?\s*(?P<zone>\S.*)?"
)
_WEEKDAY = r"(?:[^\W\d_]+\.?(?:-[^\W\d_]+)?[,.]?\s+)?"
_WORD = r"(?P<word>[^\W\d_]{2,}(?:['’][^\W\d_]+)?)\.?"
_OF = r"(?:\s+|-|/)(?:(?:of|de|di|d’|d'|del)\s*)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|[ºª°.])?"
_YEAR = r"(?P<year>\d{4})"
_SHORT_YEAR = r"(?P<year>\d{4}|\d{2})"
_FORMS = tuple(
    re.compile(form + _AFTER, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<year>(?:1[89]|2[01])\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
        r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]",
        rf"{_WEEKDAY}{_DAY}{_OF}{_WORD}{_OF},?{_SHORT_YEAR}",
        rf"{_WEEKDAY}{_WORD}\s+{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}[.,]?[\s-]+{_WORD}[\s-]+{_DAY}",
    )
)
_ZONE_AT_END = re.compile(r"\s(?:[A-Z]{2,5}(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2})$")
_TIME_FIRST = re.compile(
    rf"{_CLOCK}(?:\s*uhr)?(?:\s+(?P<zone>[A-Z]{{3,4}}))?[,;]?\s+(?:on\s+)?(?P<date>.+)",
    re.IGNORECASE,
)
# `asctime` and Unix `date`: Sat Mar 23 14:30:00 2019, Sat Mar 23 14:30:00 UTC 2019.
_YEAR_LAST = re.compile(
    rf"{_WEEKDAY}{_WORD}\s+{_DAY}\s+{_CLOCK}(?:\s+(?P<zone>[A-Za-z]{{1,5}}|[+-]\d{{4}}))?\s+{_YEAR}",
    re.IGNORECASE,
)
_BY_NUMBERS = re.compile(BY_NUMBERS + _AFTER)
_COMMENT = re.compile(r"\s*\([^()]*\)\s*$")
_PIVOT = 69  # RFC 6265 section 5.1.1 and POSIX strptime: 69 to 99 are 1969 to 1999


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """An instant, and the assumptions made in parsing it."""

    at: datetime
    """In UTC."""
    reading: str = ""
    """Empty if date, time and zone were all given."""


def moment_of(value: object, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of a date, datetime, number or text.

    Raises:
        Unreadable: not a date, or a day that does not exist.
    """
    return read_moment(value, zone).at


def read_moment(value: object, zone: ZoneInfo, order: DateOrder | None = None) -> Moment:
    """The instant and how it was read.

    Args:
        order: the order of day and month in the other dates of the source; None if unknown.

    Raises:
        Unreadable: not a date, or a day that does not exist.
    """
    if isinstance(value, datetime):
        return _moment(value, zone)
    if isinstance(value, date):
        return _first_minute(value, zone)
    if isinstance(value, int) and 1900_01_01 <= value <= 2199_12_31:
        value = str(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"the date {_shown(value)} is not a date", HINT)
    if re.fullmatch(r"\d{10}|\d{13}", value.strip()):
        return _of_number(int(value))
    moment = find_reading(value, zone, order)
    if moment is None:
        raise Unreadable(f"{_shown(value.strip())} is not a date", HINT)
    return moment


def find_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant, or None if the text does not have the form of a date."""
    moment = find_reading(text, zone)
    return None if moment is None else moment.at


def find_reading(text: str, zone: ZoneInfo, order: DateOrder | None = None) -> Moment | None:
    """The instant and how it was read; None if the text does not have the form of a date.

    Args:
        order: as for `read_moment`.

    Raises:
        Unreadable: it has the form of a date, but the day or time is invalid or ambiguous.
    """
    written = " ".join(normalize("NFKC", text).split())
    if len(written) > MAX_DATE_LENGTH or not re.search(r"\d", written):
        return None
    written = _COMMENT.sub("", written) or written
    for match in _matches(written):
        moment = _from_parts(match.groupdict(), written, zone)
        if moment is not None:
            return moment
    if re.fullmatch(r"\d{4}-?W\d{2}-?\d", written):
        return _week_day(written, zone)
    return (
        _by_numbers(written, zone, order)
        or _time_first(written, zone)
        or _by_dateutil(written, zone)
    )


def _matches(written: str) -> Iterator[re.Match[str]]:
    for form in (_YEAR_LAST, *_FORMS):
        if match := form.fullmatch(written):
            yield match


def _from_parts(parts: dict[str, str | None], written: str, zone: ZoneInfo) -> Moment | None:
    """The moment; None if a word in it is neither a month nor a zone."""
    month = month_of(parts["word"] or "") if "word" in parts else int(parts["month"] or 0)
    if month is None:
        return None
    named: tzinfo | None = zone_of(parts.get("zone") or "")
    leftover = (parts.get("zone") or "").strip()
    # An unknown word after the time ("local time") is noted; after a date it means that this is no
    # date.
    if leftover and named is None:
        named, leftover = _last_zone(leftover)
        if leftover and not (parts.get("hour") and re.fullmatch(r"[\w/ ()-]{1,30}", leftover)):
            return None
    try:
        day = date(_year(parts["year"] or ""), month, int(parts["day"] or 0))
        at = _clock(parts)
        if at is None:
            return _first_minute(day, zone)
        moment = datetime.combine(day + timedelta(days=at[1]), at[0], named)
    except (ValueError, OverflowError) as error:
        raise _no_such_day(written) from error
    supposed = parts.get("zone") or ""
    return _moment(moment, zone, abbreviation=supposed if re.search("[A-Za-z]", supposed) else "")


def _last_zone(words: str) -> tuple[tzinfo | None, str]:
    """The zone of "+0000 UTC" or "(local) +01:00", the first word that is one, and digits left."""
    zones = {word: zone for word in words.split() if (zone := zone_of(word))}
    rest = " ".join(word for word in words.split() if word not in zones)
    if not zones:
        return None, words
    return next(iter(zones.values())), rest if re.search(r"\d", rest) else ""


def _clock(parts: dict[str, str | None]) -> tuple[time, int] | None:
    """The time, and the days to add to the date; None without a time.

    24:00 is midnight at the end of the day (ISO 8601-1:2004). A leap second counts as the second
    before.

    Raises:
        ValueError: there is no such time.
    """
    if not parts.get("hour"):
        return None
    hour, minute = int(parts["hour"] or 0), int(parts.get("minute") or 0)
    second = min(int(parts.get("second") or 0), 59)
    half = (parts.get("half") or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24 and minute == second == 0:
        return time(0), 1
    microsecond = int(f"{parts.get('fraction') or 0:0<6}"[:6])
    return time(hour, minute, second, microsecond), 0


def _year(written: str) -> int:
    if len(written) == 4:
        return int(written)
    return int(written) + (1900 if int(written) >= _PIVOT else 2000)


def _by_numbers(written: str, zone: ZoneInfo, order: DateOrder | None) -> Moment | None:
    """Numeric day and month: read if one order is valid, or implied by dots or other dates."""
    match = _BY_NUMBERS.fullmatch(written)
    if match is None:
        return None
    by_order = is_ambiguous(match)
    if by_order and order is None:
        raise Unreadable(f"the date {written!r} may mean two days", HINT)
    is_day_first = order.is_day_first if by_order and order else int(match["b"]) <= 12
    day, month = (match["a"], match["b"]) if is_day_first else (match["b"], match["a"])
    moment = _from_parts({**match.groupdict(), "day": day, "month": month}, written, zone)
    if moment is None or not by_order or order is None:
        return moment
    return replace(moment, reading="; ".join(filter(None, (order.reading, moment.reading))))


def _time_first(written: str, zone: ZoneInfo) -> Moment | None:
    """A time before the date: "14:30, 23 March 2019"."""
    match = _TIME_FIRST.fullmatch(written)
    if match is None or not (match["minute"] or match["half"]):
        return None
    clock = written[: match.start("date")].rstrip(" ,;")
    clock = re.sub(r"\s+(?:uhr|on)\b", "", clock, flags=re.IGNORECASE)
    # A zone ends the date: "10:20, 23 March 2019 CET".
    zone_name = _ZONE_AT_END.search(match["date"])
    day = match["date"][: zone_name.start()] if zone_name else match["date"]
    turned = f"{day} {clock}{zone_name[0] if zone_name else ''}"
    return next(
        (m for f in _matches(turned) if (m := _from_parts(f.groupdict(), written, zone))), None
    )


def _by_dateutil(written: str, zone: ZoneInfo) -> Moment | None:
    """dateutil's reading of a text that names year, month and day once each."""
    if not re.search(r"(?<!\d)\d{4}(?!\d)|\d{8}T", written) or re.search(
        r"[-/]0{4}|-\d{4}\s", written
    ):
        return None
    # dateutil takes "GMT+2" as POSIX does, west of Greenwich; everybody who writes it means east.
    written = re.sub(r"\b(?:GMT|UTC)(?=[+-]\d)", "", written)
    read = [_dateutil(written, default) for default in (datetime(4, 1, 1), datetime(8, 2, 2))]  # noqa: DTZ001
    if read[0] is None or read[1] is None or read[0].date() != read[1].date():
        return None
    has_time = bool(re.search(r"\d:\d|\d\s*[ap]\.?m|T\d", written, re.IGNORECASE))
    return _moment(read[0], zone) if has_time else _first_minute(read[0].date(), zone)


def _dateutil(written: str, default: datetime) -> datetime | None:
    def known(name: str | None, offset: int | None) -> tzinfo | None:
        if name:
            return zone_of(name)
        return timezone(timedelta(seconds=offset)) if offset is not None else None

    try:
        parsed = dateutil_parser.parse(written, default=default, tzinfos=known)
    except (ValueError, OverflowError, TypeError, ArithmeticError):
        return None
    return parsed if isinstance(parsed, datetime) else None


def _of_number(value: float) -> Moment:
    """Seconds or milliseconds since 1970, as database exports have them."""
    if not _SECONDS <= value < _MILLISECONDS * 10:
        raise Unreadable(f"the date {_shown(value)} is not a date", HINT)
    seconds = value / 1000 if value >= _MILLISECONDS else value
    return Moment(at=EPOCH + timedelta(seconds=seconds), reading="seconds since 1970")


def _first_minute(day: date, zone: ZoneInfo) -> Moment:
    moment = _moment(datetime.combine(day, time(0)), zone)
    return Moment(at=moment.at, reading=f"a day without a time: from 00:00 in {zone.key}")


def _moment(moment: datetime, zone: ZoneInfo, abbreviation: str = "") -> Moment:
    reading = "" if moment.tzinfo else f"a time without a known zone: in {zone.key}"
    if moment.tzinfo and abbreviation.strip().upper() not in {"", "Z", "UT", "UTC", "GMT"}:
        reading = f"the zone {abbreviation.strip()} as {moment:%z}"
    try:
        at = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise _outside(moment) from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise _outside(moment)
    return Moment(at=at, reading=reading)


def _outside(moment: datetime) -> Unreadable:
    years = f"the years {FIRST_YEAR} to {LAST_YEAR}"
    return Unreadable(f"the date {moment.isoformat()} is outside {years}", "correct the date")


def _no_such_day(written: str) -> Unreadable:
    return Unreadable(f"there is no {_shown(written)} in the calendar", "correct the date")


def _shown(value: object) -> str:
    """The value for a message, truncated."""
    text = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return text if len(text) <= 60 else text[:57] + "…'"


def _week_day(written: str, zone: ZoneInfo) -> Moment:
    """2019-W12-6 (ISO 8601 week dates)."""
    try:
        return _first_minute(date.fromisoformat(written), zone)
    except ValueError as error:
        raise _no_such_day(written) from error
