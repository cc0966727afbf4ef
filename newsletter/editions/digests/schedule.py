"""Digest schedules: cron in local time, each run identified by its local date.

Runs follow the wall clock across daylight saving changes: a run in the skipped hour happens when
that hour would have ended, one in the repeated hour happens the first time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim

from newsletter.editions.dates import zone_words

# The largest offset change a zone ever made: a day (crossing the date line).
WIDEST_SHIFT = timedelta(days=1)
# Older runs are ignored: a digest idle for longer starts afresh.
RUNS_LOOKED_BACK = 60


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scheduled run."""

    period: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DueRuns:
    """At most one run to make, and the missed ones."""

    due: Run | None
    missed: tuple[Run, ...]


def next_runs(schedule: str, zone: ZoneInfo, now: datetime, count: int) -> Iterator[Run]:
    """The next runs after now, soonest first; each is computed when it is asked for."""
    runs = _walk(schedule, zone, now - WIDEST_SHIFT, backwards=False)
    return islice((run for run in runs if run.at > now), count)


def in_words(schedule: str, zone: ZoneInfo) -> str:
    """A schedule as people say it: "at 09:00 on Friday, London time"."""
    words = CronSim(schedule, datetime(2000, 1, 1)).explain()  # noqa: DTZ001 - only its words
    return f"{words[:1].lower()}{words[1:]}, {zone_words(zone.key)}"


def due_runs(
    schedule: str,
    zone: ZoneInfo,
    *,
    known_since: datetime,
    recorded: set[str],
    grace: timedelta,
    now: datetime,
) -> DueRuns:
    """The runs up to now without an edition.

    Args:
        known_since: runs before it were never due.
        recorded: the periods that have an edition in any state.
    """
    backwards = _walk(schedule, zone, now + WIDEST_SHIFT, backwards=True)
    past = (run for run in backwards if run.at <= now)
    since = takewhile(lambda run: run.at >= known_since, islice(past, RUNS_LOOKED_BACK))
    open_runs = [run for run in since if run.period not in recorded]
    if open_runs and now - open_runs[0].at <= grace:
        return DueRuns(due=open_runs[0], missed=tuple(open_runs[1:]))
    return DueRuns(due=None, missed=tuple(open_runs))


def _walk(schedule: str, zone: ZoneInfo, start: datetime, *, backwards: bool) -> Iterator[Run]:
    local = start.astimezone(zone).replace(tzinfo=None)
    by_date = not _runs_more_than_daily(schedule)
    for moment in CronSim(schedule, local, reverse=backwards):  # pragma: no branch - never ends
        at = moment.replace(tzinfo=zone, fold=0).astimezone(UTC)
        period = moment.date().isoformat() if by_date else moment.isoformat(timespec="minutes")
        yield Run(period=period, at=at)


def _runs_more_than_daily(schedule: str) -> bool:
    cron = CronSim(schedule, datetime(2000, 1, 1))  # noqa: DTZ001 - wall-clock time
    return len(cron.hours) * len(cron.minutes) > 1
