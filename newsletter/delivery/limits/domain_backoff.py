"""How a recipient domain stands with one transport: its quota, and its rests after refusals.

Quotas are booked ahead, so that a mail is put off once and not anew in every window; rests double
while the domain goes on refusing. The rows are held across all workers on all machines; the
queries never commit. What counts as a refusal of the domain is `backoff`'s.
"""

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.config.sending import RateOptions
from newsletter.delivery.ledger import settlement
from newsletter.delivery.ledger.models import DomainUse
from newsletter.delivery.limits import quotas

# Booked so far ahead at most: what was booked and then cancelled must not keep others waiting.
LONGEST_BOOKING = timedelta(days=1)
PERIOD = timedelta(seconds=5)
# So long it counts that a domain took mail, or took second attempts.
REMEMBERED = timedelta(days=1)
LONGEST_REST_OF_TAKER = timedelta(minutes=30)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def lock_uses(
    session: Session, transport: str, domains: Iterable[str], now: datetime
) -> dict[str, DomainUse]:
    """The rows of domains, held until the transaction ends; always in the same order."""
    return {domain: _lock_use(session, transport, domain, now) for domain in sorted(set(domains))}


def watched(session: Session, transport: str, now: datetime) -> dict[str, DomainUse]:
    """The domains that refused lately, or took mail after they had."""
    query = select(DomainUse).where(
        DomainUse.transport == transport,
        (DomainUse.refused_in_a_row > 0)
        | (DomainUse.rests_in_a_row > 0)
        | (DomainUse.took_at > now - REMEMBERED),
    )
    return {use.domain: use for use in session.scalars(query)}


def rest(use: DomainUse, now: datetime) -> None:
    """Leave a domain alone for a while, longer after each rest in vain.

    One that took mail within a day is asked again sooner: it may be some mailboxes only.
    """
    use.rests_in_a_row += 1
    wait = settlement.wait_before(use.rests_in_a_row, zlib.crc32(use.domain.encode()))
    took_lately = use.took_at is not None and use.took_at > now - REMEMBERED
    use.rests_until = now + (min(wait, LONGEST_REST_OF_TAKER) if took_lately else wait)


def works(use: DomainUse, now: datetime) -> None:
    """It takes mail."""
    use.took_at = now
    use.rests_in_a_row = use.refused_in_a_row = 0
    use.are_tried_alone = False
    use.rests_until = now
    use.reason = ""


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
        row = {"refused_in_a_row": 0, "rests_in_a_row": 0, "are_tried_alone": False}
        rests = {**row, "reason": "", "rests_until": now, "booked_until": now}
        values = {"transport": transport, "domain": domain, "free_at": now, **begun, **rests}
        try:
            with session.begin_nested():
                session.execute(insert(DomainUse).values(values))
        except IntegrityError:
            pass  # another worker was quicker
        found = session.scalars(query, execution_options={"populate_existing": True}).one()
    return found
