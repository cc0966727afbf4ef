"""Dates and times as they are typed in forms and filters, in the site's zone."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from newsletter.console.frame.presentation.forms import FormErrors

# Beyond, a moment may have no day in another zone, or none after it.
YEARS = range(1900, 3000)


def moment_in(text: str, zone: str) -> datetime | None:
    """The moment of a date, or of a date and time; None where the text is none."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.year in YEARS:
            return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return None


def typed_moment(text: str, zone: str, field: str, otherwise: str) -> datetime:
    """The moment that was typed into a field; of an hour that comes twice, the first.

    Args:
        otherwise: what is said where the text is no moment.

    Raises:
        FormErrors: it is none, or the clocks jump over it.
    """
    moment = moment_in(text, zone)
    if moment is None:
        raise FormErrors({field: otherwise})
    after = moment.astimezone(UTC).astimezone(moment.tzinfo)
    if after.replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise FormErrors(
            {
                field: f"The clocks go forward that day, and {moment:%H:%M} does not come. "
                f"Write {after:%H:%M}, or another time."
            }
        )
    return moment
