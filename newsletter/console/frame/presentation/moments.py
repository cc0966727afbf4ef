"""Dates and times as they are typed in forms and filters, in the site's zone."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

# Beyond, a moment may have no day in another zone, or none after it.
YEARS = range(1900, 3000)


def moment_in(text: str, zone: str) -> datetime | None:
    """The moment of a date, or of a date and time; None where the text is none."""
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if found.year in YEARS:
            return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return None
