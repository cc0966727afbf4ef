"""How fast and how many a transport may send: held across all workers on all machines.

What has been used stands in the database, one row for each transport, and is taken in the same
transaction in which deliveries are claimed. Deciding is pure; the numbers are a provider's or the
operator's. What a transport answers by itself ("too fast") is `retry`'s.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.config.sending import RateOptions
from newsletter.delivery.ledger.models import TransportUse, Use

# A worker is granted so much of the rate at once, and waits so long at most for its turn: an
# urgent edition may come after whatever has been granted.
GRANTED_SECONDS = 1
LONGEST_TURN = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """How many mails a worker may hand over, and when.

    Args:
        count: at most so many; 0: none now.
        wait: until the first of them, or until it is worth asking again.
        gap: between one and the next.
        is_used_up: the hour's or the day's quota is; nobody need ask before `wait` is over.
    """

    count: int
    wait: timedelta = timedelta(0)
    gap: timedelta = timedelta(0)
    is_used_up: bool = False


def grant(use: Use, limits: RateOptions, wanted: int, now: datetime) -> Grant:
    """What may be taken of a transport now; begins new windows on the way.

    Hours and days are those of UTC, so that every machine means the same.
    """
    _begin_windows(use, now)
    for allowed, used, begun, length in (
        (limits.per_day, use.used_in_day, use.day, DAY),
        (limits.per_hour, use.used_in_hour, use.hour, HOUR),
    ):
        if allowed:
            wanted = min(wanted, max(0, allowed - used))
            if not wanted:
                return Grant(count=0, wait=begun + length - now, is_used_up=True)
    if not limits.per_second:
        return Grant(count=wanted)
    turn = max(use.free_at - now, timedelta(0))
    if turn > LONGEST_TURN:
        return Grant(count=0, wait=turn - LONGEST_TURN)
    most = max(1, int(limits.per_second * GRANTED_SECONDS))
    gap = timedelta(seconds=1 / limits.per_second)
    return Grant(count=min(wanted, most), wait=turn, gap=gap)


def take(use: Use, given: Grant, count: int, now: datetime) -> None:
    """Count mails that were claimed under a grant."""
    use.used_in_hour += count
    use.used_in_day += count
    use.free_at = max(use.free_at, now) + given.gap * count


def give_back(use: Use, count: int) -> None:
    """Count off mails that were claimed and not handed over."""
    use.used_in_hour = max(0, use.used_in_hour - count)
    use.used_in_day = max(0, use.used_in_day - count)


def give_back_rate(
    use: Use, given: Grant, count: int, *, taken_until: datetime, now: datetime
) -> None:
    """Let others have the places in the rate of mails that were not handed over.

    Args:
        taken_until: how far the rate was taken when they were claimed. Where others have taken
            more of it since, the places between are gone.
    """
    if use.free_at == taken_until:
        use.free_at = max(now, taken_until - given.gap * count)


def used(use: Use, now: datetime) -> tuple[int, int]:
    """How many were taken in the hour and in the day that it is now."""
    hour = _hour(now)
    in_hour = use.used_in_hour if use.hour == hour else 0
    return in_hour, use.used_in_day if use.day == hour.replace(hour=0) else 0


def lock_use(session: Session, transport: str, now: datetime) -> TransportUse:
    """The row of a transport, held against every other worker until the transaction ends."""
    query = select(TransportUse).where(TransportUse.transport == transport).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        try:
            with session.begin_nested():
                begun = {"hour": now, "day": now, "used_in_hour": 0, "used_in_day": 0}
                session.execute(
                    insert(TransportUse).values(transport=transport, free_at=now, **begun)
                )
        except IntegrityError:
            pass  # another worker was quicker
        found = session.scalars(query, execution_options={"populate_existing": True}).one()
    return found


def _hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _begin_windows(use: Use, now: datetime) -> None:
    hour = _hour(now)
    day = hour.replace(hour=0)
    if use.hour != hour:
        use.hour, use.used_in_hour = hour, 0
    if use.day != day:
        use.day, use.used_in_day = day, 0
