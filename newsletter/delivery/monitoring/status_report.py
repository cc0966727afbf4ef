"""Status of each transport for display: limits, usage and health."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.config.tables.sending import LimitOptions, RateOptions
from newsletter.delivery.ledger.models import DomainUsage, TransportHealth, TransportUsage, Usage
from newsletter.delivery.limits import quotas, transport_health, warm_up


@dataclass(frozen=True, kw_only=True)
class TransportStatus:
    """Status of a transport, or of one recipient domain by it."""

    transport: str
    domain: str
    per_second: float
    used_in_hour: int
    per_hour: int
    used_in_day: int
    per_day: int
    note: str


def transport_statuses(
    session: Session, config: Config, now: datetime
) -> Iterator[TransportStatus]:
    """Every transport, each followed by its domains that have a quota or refuse."""
    unhealthy = transport_health.unhealthy(session, config.transports)
    for name in config.transports:
        options = config.limits.get(name, LimitOptions())
        use = session.get(TransportUsage, name)
        first_used_at = use.first_used_at if use else None
        notes = (_warm_up_note(options, first_used_at, now), _health_note(unhealthy.get(name), now))
        today = warm_up.limits_today(options, first_used_at, now)
        yield _status(name, "", use, today, "; ".join(filter(None, notes)), now)
        yield from _domain_statuses(session, name, options, now)


def transport_problems(session: Session, transports: Collection[str], now: datetime) -> list[str]:
    """One sentence for each unhealthy transport."""
    health = transport_health.unhealthy(session, transports)
    return [f"The transport {name} {_health_note(health[name], now)}" for name in sorted(health)]


def _domain_statuses(
    session: Session, transport: str, options: LimitOptions, now: datetime
) -> Iterator[TransportStatus]:
    query = select(DomainUsage).where(DomainUsage.transport == transport)
    uses = {use.domain: use for use in session.scalars(query)}
    refusing = {
        domain for domain, use in uses.items() if (use.refused_in_a_row or use.rests_in_a_row)
    }
    for domain in sorted({*options.domains, *refusing}):
        use, note = uses.get(domain), ""
        if use is not None and use.rests_in_a_row:
            rests = f"rests until {use.rests_until:%d %b %H:%M} UTC: " * (now < use.rests_until)
            note = f"{rests}{use.reason}"
        quota = options.domains.get(domain, RateOptions())
        yield _status(transport, domain, use, quota, note, now)


def _status(
    transport: str, domain: str, use: Usage | None, options: RateOptions, note: str, now: datetime
) -> TransportStatus:
    in_hour, in_day = quotas.used(use, now) if use else (0, 0)
    return TransportStatus(
        transport=transport,
        domain=domain,
        per_second=options.per_second,
        used_in_hour=in_hour,
        per_hour=options.per_hour,
        used_in_day=in_day,
        per_day=options.per_day,
        note=note,
    )


def _warm_up_note(options: LimitOptions, first_used_at: datetime | None, now: datetime) -> str:
    day = warm_up.day_of(options, first_used_at, now)
    return "" if day is None else f"warming up, day {day + 1} of {len(options.warm_up)}"


def _health_note(health: TransportHealth | None, now: datetime) -> str:
    if health is None:
        return ""
    if health.refuses_us:
        words = "refuses us"
    elif now < health.rests_until:
        words = f"rests until {health.rests_until:%d %b %H:%M} UTC"
    else:
        words = "is tried again"
    return f"{words}: {health.reason}"
