"""Back-off and quota of a recipient domain, per transport, shared by all workers of all machines.

Quotas are booked ahead, so that a mail is deferred once rather than again in every window. Rests
double while the domain goes on refusing. `domain_probing` decides what counts as a refusal of the
domain. Never commits.
"""

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.config.tables.sending import RateOptions
from newsletter.delivery.ledger import settlement
from newsletter.delivery.ledger.models import DomainUsage
from newsletter.delivery.limits import quotas

# Limits booking ahead: bookings of cancelled mails must not delay others.
MAX_BOOKING = timedelta(days=1)
PERIOD = timedelta(seconds=5)
# How long an accepted mail, or an accepted second attempt, counts as evidence.
MEMORY = timedelta(days=1)
MAX_REST_AFTER_SUCCESS = timedelta(minutes=30)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def lock_usages(
    session: Session, transport: str, domains: Iterable[str], now: datetime
) -> dict[str, DomainUsage]:
    """Lock the rows of domains until the transaction ends, in a fixed order against deadlocks."""
    return {domain: _lock_usage(session, transport, domain, now) for domain in sorted(set(domains))}


def tracked(session: Session, transport: str, now: datetime) -> dict[str, DomainUsage]:
    """The domains that refused lately, or accepted mail after refusing."""
    query = select(DomainUsage).where(
        DomainUsage.transport == transport,
        (DomainUsage.refused_in_a_row > 0)
        | (DomainUsage.rests_in_a_row > 0)
        | (DomainUsage.took_at > now - MEMORY),
    )
    return {use.domain: use for use in session.scalars(query)}


def back_off(use: DomainUsage, now: datetime) -> None:
    """Rest a domain, longer after each unsuccessful probe.

    A domain that accepted mail within a day rests less: only some mailboxes may be refusing.
    """
    use.rests_in_a_row += 1
    wait = settlement.retry_delay(use.rests_in_a_row, zlib.crc32(use.domain.encode()))
    took_lately = use.took_at is not None and use.took_at > now - MEMORY
    use.rests_until = now + (min(wait, MAX_REST_AFTER_SUCCESS) if took_lately else wait)


def mark_working(use: DomainUsage, now: datetime) -> None:
    """Record that the domain accepts mail."""
    use.took_at = now
    use.rests_in_a_row = use.refused_in_a_row = 0
    use.are_tried_alone = False
    use.rests_until = now
    use.reason = ""


def book(use: DomainUsage, options: RateOptions, now: datetime) -> datetime:
    """Book a mail beyond the quota; returns the start of the first window with room for it."""
    begins, window, allowed = _room(use, options, now)
    use.booked_until = min(max(use.booked_until, begins), now + MAX_BOOKING)
    place = use.booked_until
    use.booked_until += -(-window // allowed)  # rounded up: no window gets one too many
    return begins + (place - begins) // window * window


def _room(use: DomainUsage, options: RateOptions, now: datetime) -> tuple[datetime, timedelta, int]:
    """Start, length and capacity of the next window."""
    if options.per_day and use.used_in_day >= options.per_day:
        return use.day + quotas.DAY, quotas.DAY, options.per_day
    if options.per_hour and use.used_in_hour >= options.per_hour:
        return use.hour + quotas.HOUR, quotas.HOUR, options.per_hour
    holds = max(1, int(options.per_second * PERIOD.total_seconds()))
    return max(use.free_at, now), PERIOD, holds


def _lock_usage(session: Session, transport: str, domain: str, now: datetime) -> DomainUsage:
    query = select(DomainUsage).where(
        DomainUsage.transport == transport, DomainUsage.domain == domain
    )
    query = query.with_for_update()
    usage = session.scalar(query, execution_options={"populate_existing": True})
    if usage is None:
        new_usage = {"hour": now.astimezone(UTC), "day": now, "used_in_hour": 0, "used_in_day": 0}
        row = {"refused_in_a_row": 0, "rests_in_a_row": 0, "are_tried_alone": False}
        rests = {**row, "reason": "", "rests_until": now, "booked_until": now}
        values = {"transport": transport, "domain": domain, "free_at": now, **new_usage, **rests}
        try:
            with session.begin_nested():
                session.execute(insert(DomainUsage).values(values))
        except IntegrityError:
            pass  # another worker was quicker
        usage = session.scalars(query, execution_options={"populate_existing": True}).one()
    return usage
