"""Dates and times as they are typed in forms and filters, in the site's zone."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from newsletter.console.frame.presentation.forms import FormErrors

# Beyond, a moment may have no day in another zone, or none after it.
YEARS = range(1900, 3000)
Turn = Literal["", "first", "second"]
"""Which of two moments is meant where the clocks go back; empty: nobody has said."""


def moment_in(text: str, zone: str) -> datetime | None:
    """The moment of a date, or of a date and time; None where the text is none."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.year in YEARS:
            return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return None


def comes_twice(text: str, zone: str) -> bool:
    """Whether the clocks go back over what was typed."""
    moment = moment_in(text, zone)
    return moment is not None and moment.timestamp() < moment.replace(fold=1).timestamp()


def turn_of(moment: datetime) -> Turn:
    """Of a moment in the site's zone."""
    return "second" if moment.fold else "first"


def typed_moment(text: str, zone: str, field: str, otherwise: str, turn: Turn) -> datetime:
    """The moment that was typed into a field.

    Args:
        otherwise: what is said where the text is no moment.

    Raises:
        FormErrors: it is none, the clocks jump over it, or it comes twice and no turn is chosen.
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
    if turn == "" and comes_twice(text, zone):
        words = f"The clocks go back that night, and {moment:%H:%M} comes twice. Choose which."
        raise FormErrors({f"{field}_turn": words})
    return moment.replace(fold=1) if turn == "second" else moment
