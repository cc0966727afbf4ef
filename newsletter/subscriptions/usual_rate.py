"""The rate of sign-ups that is usual at a site, and the ceiling above it.

The rate is learned from people who confirmed: who enters others cannot confirm for them, so that a
flood does not become usual. What was imported does not count.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from newsletter.config.tables.joining_options import JoiningOptions
from subscribers.models import Subscriber

LEAST_PER_HOUR = 100
"""What a site without a past asks to confirm."""
WEEKS = 4
# The two busiest days of the time are left out: a day in the newspaper is not usual.
RANK = 3
# So many times what a usual busy day brings may come in one hour.
FACTOR = 3

# Of a day, the days before it do not change.
_learned: WeakKeyDictionary[Engine, tuple[datetime, int]] = WeakKeyDictionary()


def max_per_hour(session: Session, options: JoiningOptions, now: datetime) -> int:
    """The ceiling of confirmation mails an hour: as configured, or learned."""
    return options.site_per_hour or _learned_today(session, now)


def learned_rate(confirmed: Sequence[int]) -> int:
    """The ceiling that follows from how many people confirmed on each day."""
    busiest = sorted(confirmed, reverse=True)[:RANK]
    usual = busiest[-1] if len(busiest) == RANK else 0
    return max(LEAST_PER_HOUR, FACTOR * usual)


def _learned_today(session: Session, now: datetime) -> int:
    engine = session.connection().engine
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    day, rate = _learned.get(engine, (None, 0))
    if day != today:
        rate = learned_rate(_confirmed_by_day(session, today))
        _learned[engine] = (today, rate)
    return rate


def _confirmed_by_day(session: Session, today: datetime) -> Sequence[int]:
    """How many confirmed on each of the busiest days of the weeks before today."""
    since = today - timedelta(weeks=WEEKS)
    count = func.count()
    query = (
        select(count)
        .where(
            Subscriber.confirmed_at >= since,
            Subscriber.confirmed_at < today,
            Subscriber.import_id.is_(None),
        )
        .group_by(func.date(Subscriber.confirmed_at))
        .order_by(count.desc())
        .limit(RANK)
    )
    return session.scalars(query).all()
