"""Rate limits and quotas of transports, shared by all workers of all machines.

Usage is one database row per transport, updated in the transaction that claims deliveries. The
decision (`grant`) is pure. Throttling answers of a transport are handled by `transport_health`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.config.tables.sending import RateOptions
from newsletter.delivery.ledger.models import TransportUsage, Usage

# Bound what is granted at once and how long a worker waits for it: an urgent edition can only be
# sent after whatever has been granted.
GRANT_SECONDS = 1
MAX_WAIT = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Permission to hand over mails.

    Args:
        count: how many; 0: none now.
        wait: until the first mail, or until the next request.
        gap: between two mails.
        is_used_up: the hour's or day's quota is used up until `wait` is over.
    """

    count: int
    wait: timedelta = timedelta(0)
    gap: timedelta = timedelta(0)
    is_used_up: bool = False


def grant(use: Usage, limits: RateOptions, wanted: int, now: datetime) -> Grant:
    """What the limits allow now; starts new windows in `use`.

    Hours and days are UTC, so that all machines agree.
    """
    _begin_windows(use, now)
    for allowed, used, started_at, length in (
        (limits.per_day, use.used_in_day, use.day, DAY),
        (limits.per_hour, use.used_in_hour, use.hour, HOUR),
    ):
        if allowed:
            wanted = min(wanted, max(0, allowed - used))
            if not wanted:
                return Grant(count=0, wait=started_at + length - now, is_used_up=True)
    if not limits.per_second:
        return Grant(count=wanted)
    wait = max(use.free_at - now, timedelta(0))
    if wait > MAX_WAIT:
        return Grant(count=0, wait=wait - MAX_WAIT)
    most = max(1, int(limits.per_second * GRANT_SECONDS))
    gap = timedelta(seconds=1 / limits.per_second)
    return Grant(count=min(wanted, most), wait=wait, gap=gap)


def consume(use: Usage, granted: Grant, count: int, now: datetime) -> None:
    """Count mails claimed under a grant."""
    use.used_in_hour += count
    use.used_in_day += count
    use.free_at = max(use.free_at, now) + granted.gap * count


def refund(use: Usage, count: int) -> None:
    """Uncount mails that were claimed and not handed over."""
    use.used_in_hour = max(0, use.used_in_hour - count)
    use.used_in_day = max(0, use.used_in_day - count)


def refund_rate(
    use: Usage, granted: Grant, count: int, *, taken_until: datetime, now: datetime
) -> None:
    """Free the rate's time slots of mails that were not handed over.

    Args:
        taken_until: `free_at` as of the claim; if others have consumed slots since, these are lost.
    """
    if use.free_at == taken_until:
        use.free_at = max(now, taken_until - granted.gap * count)


def used(use: Usage, now: datetime) -> tuple[int, int]:
    """Mails counted in the current hour and day."""
    hour = _hour(now)
    in_hour = use.used_in_hour if use.hour == hour else 0
    return in_hour, use.used_in_day if use.day == hour.replace(hour=0) else 0


def lock_usage(session: Session, transport: str, now: datetime) -> TransportUsage:
    """The row of a transport, locked until the transaction ends."""
    query = select(TransportUsage).where(TransportUsage.transport == transport).with_for_update()
    usage = session.scalar(query, execution_options={"populate_existing": True})
    if usage is None:
        try:
            with session.begin_nested():
                new_usage = {"hour": now, "day": now, "used_in_hour": 0, "used_in_day": 0}
                session.execute(
                    insert(TransportUsage).values(transport=transport, free_at=now, **new_usage)
                )
        except IntegrityError:
            pass  # another worker was quicker
        usage = session.scalars(query, execution_options={"populate_existing": True}).one()
    return usage


def _hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _begin_windows(use: Usage, now: datetime) -> None:
    hour = _hour(now)
    day = hour.replace(hour=0)
    if use.hour != hour:
        use.hour, use.used_in_hour = hour, 0
    if use.day != day:
        use.day, use.used_in_day = day, 0
