"""Times, spans and numbers in words, in the site's zone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.editions.dates import DAYS, MONTHS
from newsletter.staff.permissions import Permission

_ABBREVIATIONS = {
    "api", "arn", "ca", "css", "dkim", "dns", "html", "http", "id", "imap", "lmtp", "smtp", "tls",
    "url", "verp",
}  # fmt: skip

# What each permission of staff members lets them do.
DEEDS: Mapping[Permission, str] = {
    Permission.READ: "see this",
    Permission.WRITE: "write, or arrange what is sent",
    Permission.PEOPLE: "see or change people",
    Permission.BULK_PEOPLE: "import, export or erase people",
    Permission.SEND: "approve or send",
    Permission.STOP: "stop what is sent",
    Permission.ADMINISTER: "change settings, look or staff, or see what others did",
}


def when(moment: datetime, now: datetime, zone: str) -> str:
    """A moment as people say it: "today, 09:00", "Friday, 09:00", "27 November, 09:00"."""
    return f"{day(moment, now, zone)}, {clock(moment, zone)}"


def clock(moment: datetime, zone: str) -> str:
    """Its time of the day: "09:00"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def day(moment: datetime, now: datetime, zone: str) -> str:
    """Its day: "today", "yesterday", "Friday" within six days to come, else the date."""
    local, today = moment.astimezone(ZoneInfo(zone)).date(), now.astimezone(ZoneInfo(zone)).date()
    days = (local - today).days
    if days in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[days + 1]
    if 1 < days < 7:
        return DAYS[local.weekday()]
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {MONTHS[local.month - 1]}{year}"


def ago(moment: datetime, now: datetime, zone: str) -> str:
    """How long ago, or how long to go: "5 minutes ago", "in 2 days", "just now".

    Days are counted by the dates of the zone, as people do: tomorrow at 18:00 is in 1 day.
    """
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 45:
        return "just now" if seconds >= 0 else "in a moment"
    length = timedelta(seconds=abs(seconds))
    words = span(length)
    if length >= timedelta(days=1):
        local = ZoneInfo(zone)
        days = (moment.astimezone(local).date() - now.astimezone(local).date()).days
        words = counted(abs(days), "day")
    return f"{words} ago" if seconds > 0 else f"in {words}"


def span(length: timedelta) -> str:
    """A length of time in its largest unit: "5 minutes", "2 days"."""
    seconds = length.total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return counted(round(seconds / size), unit)
    return counted(round(seconds), "second")


def label(name: str) -> str:
    """An option's name as a label: "Base URL" for base_url."""
    first, *others = [
        part.upper() if part in _ABBREVIATIONS else part for part in name.split("_") if part
    ]
    return " ".join((first[:1].upper() + first[1:], *others))


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 person", "812 people"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def in_list(words: list[str], last: str = "and") -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
