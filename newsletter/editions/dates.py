"""Dates in the form shown to readers."""

from datetime import datetime
from zoneinfo import ZoneInfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def long_date(moment: datetime, zone: str) -> str:
    """ "Friday 27 November 2026", independent of the locale."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"


def zone_words(zone: str) -> str:
    """ "London time" for Europe/London."""
    return f"{zone.rpartition('/')[2].replace('_', ' ')} time"


def clock_time(moment: datetime, zone: str) -> str:
    """ "Fri 27 Nov 2026 09:00 GMT" in a zone."""
    local = moment.astimezone(ZoneInfo(zone))
    day, month = DAYS[local.weekday()][:3], MONTHS[local.month - 1][:3]
    return f"{day} {local.day} {month} {local.year} {local:%H:%M} {local.tzname()}"
