"""The rate of sign-ups that is usual at a site, and the ceiling above it.

The rate is learned from people who confirmed: who enters others cannot confirm for them, so that a
flood does not become usual. Nor does one that confirms, by programs with mailboxes of their own: of
a week only its busiest day counts, and within weeks the ceiling grows by steps. What was imported
does not count.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from newsletter.config.tables.joining_options import JoiningOptions
from subscribers.models import Subscriber

LEAST_PER_HOUR = 100
"""What a site without a past asks to confirm."""
WEEKS = 8
# The two busiest weeks are left out: a day in the newspaper is not usual, nor is a week's flood.
RANK = 3
# So many times what a usual busy day brings may come in one hour.
FACTOR = 3
# So many times the ceiling before the last weeks, as many as make something usual.
GROWTH = 3

# Of a day, the days before it do not change.
_learned: WeakKeyDictionary[Engine, tuple[datetime, int]] = WeakKeyDictionary()


def max_per_hour(session: Session, options: JoiningOptions, now: datetime) -> int:
    """The ceiling of confirmation mails an hour: as configured, or learned."""
    return options.site_per_hour or _learned_today(session, now)


def learned_rate(busiest: Sequence[int]) -> int:
    """The ceiling that follows from how many confirmed on the busiest day of each week.

    Args:
        busiest: the latest week first.
    """
    return min(_usual(busiest), GROWTH * _usual(busiest[RANK:]))


def _usual(busiest: Sequence[int]) -> int:
    ranked = sorted(busiest, reverse=True)[:RANK]
    usual = ranked[-1] if len(ranked) == RANK else 0
    return max(LEAST_PER_HOUR, FACTOR * usual)


def _learned_today(session: Session, now: datetime) -> int:
    engine = session.connection().engine
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    day, rate = _learned.get(engine, (None, 0))
    if day != today:
        rate = learned_rate(_busiest_days(session, today))
        _learned[engine] = (today, rate)
    return rate


def _busiest_days(session: Session, today: datetime) -> Sequence[int]:
    """How many confirmed on the busiest day of each week before today, the latest first."""
    day = func.date(Subscriber.confirmed_at)
    query = (
        select(day, func.count())
        .where(
            Subscriber.confirmed_at >= today - timedelta(weeks=WEEKS),
            Subscriber.confirmed_at < today,
            Subscriber.import_id.is_(None),
        )
        .group_by(day)
    )
    busiest = [0] * WEEKS
    for named, count in session.execute(query):
        # A date on PostgreSQL, text on SQLite.
        age = (today.date() - date.fromisoformat(str(named))).days - 1
        week = min(max(age // 7, 0), WEEKS - 1)
        busiest[week] = max(busiest[week], count)
    return busiest
