"""The pace of one recipient domain by one transport: quotas, and rests after refusals.

What goes beyond is put off without using up an attempt. Quotas are booked ahead, so that a
mail is put off once and not anew in every window; rests double while the domain goes on refusing.
The rows are held across all workers on all machines; the queries never commit.
"""

import zlib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.config.sending import RateOptions
from newsletter.delivery.ledger import settlement
from newsletter.delivery.ledger.models import DomainUse
from newsletter.delivery.limits import quotas

# Booked so far ahead at most: what was booked and then cancelled must not keep others waiting.
LONGEST_BOOKING = timedelta(days=1)
PERIOD = timedelta(seconds=5)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def lock_uses(
    session: Session, transport: str, domains: Iterable[str], now: datetime
) -> dict[str, DomainUse]:
    """The rows of domains, held until the transaction ends; always in the same order."""
    return {domain: _lock_use(session, transport, domain, now) for domain in sorted(set(domains))}


def resting(session: Session, transport: str) -> dict[str, DomainUse]:
    """The domains that refused lately."""
    query = select(DomainUse).where(DomainUse.transport == transport, DomainUse.in_a_row > 0)
    return {use.domain: use for use in session.scalars(query)}


def slow_down(use: DomainUse, reason: str, now: datetime) -> None:
    """Let a domain rest that has refused for now; once for all that it answered to meanwhile."""
    if now < use.rests_until:
        return
    use.in_a_row += 1
    use.reason = reason
    use.rests_until = now + settlement.wait_before(use.in_a_row, zlib.crc32(use.domain.encode()))


def works(session: Session, transport: str, domains: Collection[str]) -> None:
    """They take mail again."""
    session.execute(
        update(DomainUse)
        .where(DomainUse.transport == transport, DomainUse.domain.in_(domains))
        .values(in_a_row=0, reason=""),
        execution_options={"synchronize_session": False},
    )


def book(use: DomainUse, options: RateOptions, now: datetime) -> datetime:
    """When a mail beyond the quota may be tried again: in the first window with room for it."""
    begins, window, allowed = _room(use, options, now)
    use.booked_until = min(max(use.booked_until, begins), now + LONGEST_BOOKING)
    turn = use.booked_until
    use.booked_until += -(-window // allowed)  # rounded up: no window gets one too many
    return begins + (turn - begins) // window * window


def _room(use: DomainUse, options: RateOptions, now: datetime) -> tuple[datetime, timedelta, int]:
    """When the next window begins, how long it lasts, how many it holds."""
    if options.per_day and use.used_in_day >= options.per_day:
        return use.day + quotas.DAY, quotas.DAY, options.per_day
    if options.per_hour and use.used_in_hour >= options.per_hour:
        return use.hour + quotas.HOUR, quotas.HOUR, options.per_hour
    holds = max(1, int(options.per_second * PERIOD.total_seconds()))
    return max(use.free_at, now), PERIOD, holds


def _lock_use(session: Session, transport: str, domain: str, now: datetime) -> DomainUse:
    query = select(DomainUse).where(DomainUse.transport == transport, DomainUse.domain == domain)
    query = query.with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        begun = {"hour": now.astimezone(UTC), "day": now, "used_in_hour": 0, "used_in_day": 0}
        rests = {"in_a_row": 0, "reason": "", "rests_until": now, "booked_until": now}
        values = {"transport": transport, "domain": domain, "free_at": now, **begun, **rests}
        try:
            with session.begin_nested():
                session.execute(insert(DomainUse).values(values))
        except IntegrityError:
            pass  # another worker was quicker
        found = session.scalars(query, execution_options={"populate_existing": True}).one()
    return found
