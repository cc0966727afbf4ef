"""One month as weeks of days, each with what happens on it."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from newsletter.editions.dates import DAYS, MONTHS
from newsletter.queries.editions.calendar import CalendarEntry

# How far from this month the pages go.
MONTHS_AROUND = 24
MAX_ENTRIES = 6
MONDAY_FIRST = Calendar()


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month of the common calendar."""

    year: int
    number: int

    def __str__(self) -> str:
        """As it stands in an address: "2026-11"."""
        return f"{self.year}-{self.number:02}"

    @property
    def name(self) -> str:
        """ "November 2026"."""
        return f"{MONTHS[self.number - 1]} {self.year}"

    def plus(self, months: int) -> "Month":
        """That many months later."""
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year=year, number=number + 1)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first moment in a zone, and that of the next month."""
        later = self.plus(1)
        begin, end = date(self.year, self.number, 1), date(later.year, later.number, 1)
        return tuple(datetime.combine(day, time(), zone) for day in (begin, end))  # type: ignore[return-value]


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day of the month."""

    number: int
    weekday: str
    is_today: bool
    is_over: bool
    entries: Sequence[CalendarEntry]
    more: int
    """Entries beyond those shown."""


@dataclass(frozen=True, kw_only=True)
class MonthView:
    """A month as it is shown."""

    month: Month
    earlier: Month | None
    """None where the pages end."""
    later: Month | None
    is_current: bool
    weeks: Sequence[Sequence[Day | None]]
    """From Monday; None for days of the months beside it."""
    is_empty: bool


def asked_month(words: str, now: datetime, zone: ZoneInfo) -> Month:
    """The month that an address names; the current one where it names none, or one too far off."""
    current = _month_of(now.astimezone(zone))
    try:
        asked = _month_of(datetime.strptime(words, "%Y-%m"))  # noqa: DTZ007 - a month
    except ValueError:
        return current
    return asked if abs(_distance(current, asked)) <= MONTHS_AROUND else current


def month_view(
    month: Month, entries: Sequence[CalendarEntry], now: datetime, zone: ZoneInfo
) -> MonthView:
    """A month with its entries, which are in order."""
    today = now.astimezone(zone).date()
    by_day = {
        day: list(entries_of_day)
        for day, entries_of_day in groupby(entries, lambda entry: entry.at.astimezone(zone).date())
    }
    current = _month_of(now.astimezone(zone))
    ahead = _distance(current, month)
    return MonthView(
        month=month,
        earlier=month.plus(-1) if ahead > -MONTHS_AROUND else None,
        later=month.plus(1) if ahead < MONTHS_AROUND else None,
        is_current=month == current,
        weeks=[
            [
                _day(day, by_day.get(day, []), today) if day.month == month.number else None
                for day in week
            ]
            for week in MONDAY_FIRST.monthdatescalendar(month.year, month.number)
        ],
        is_empty=not entries,
    )


def _day(day: date, entries: Sequence[CalendarEntry], today: date) -> Day:
    shown = entries if len(entries) <= MAX_ENTRIES else entries[: MAX_ENTRIES - 1]
    return Day(
        number=day.day,
        weekday=DAYS[day.weekday()],
        is_today=day == today,
        is_over=day < today,
        entries=shown,
        more=len(entries) - len(shown),
    )


def _month_of(moment: datetime) -> Month:
    return Month(year=moment.year, number=moment.month)


def _distance(one: Month, other: Month) -> int:
    return (other.year - one.year) * 12 + other.number - one.number
