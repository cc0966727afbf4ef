"""How each transport stands, for people to see: what it may send, has sent, and what ails it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.config.sending import LimitOptions, RateOptions
from newsletter.delivery.ledger.models import DomainUse, TransportTrouble, TransportUse, Use
from newsletter.delivery.limits import quotas, transport_health, warm_up


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A transport, or what of it goes to one recipient domain."""

    transport: str
    domain: str
    per_second: float
    used_in_hour: int
    per_hour: int
    used_in_day: int
    per_day: int
    note: str


def standings(session: Session, config: Config, now: datetime) -> Iterator[Standing]:
    """Every transport, and after each the domains that have a quota or refuse for now."""
    ailing = transport_health.of(session, config.transports)
    for name in config.transports:
        options = config.limits.get(name, LimitOptions())
        use = session.get(TransportUse, name)
        begun = use.first_used_at if use else None
        notes = (_warm_up(options, begun, now), _trouble(ailing.get(name), now))
        today = warm_up.todays(options, begun, now)
        yield _standing(name, "", use, today, "; ".join(filter(None, notes)), now)
        yield from _domains(session, name, options, now)


def ailments(session: Session, transports: Collection[str], now: datetime) -> list[str]:
    """In words, what ails those of the transports that do not work."""
    found = transport_health.of(session, transports)
    return [f"The transport {name} {_trouble(found[name], now)}" for name in sorted(found)]


def _domains(
    session: Session, transport: str, options: LimitOptions, now: datetime
) -> Iterator[Standing]:
    query = select(DomainUse).where(DomainUse.transport == transport)
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
        yield _standing(transport, domain, use, quota, note, now)


def _standing(
    transport: str, domain: str, use: Use | None, options: RateOptions, note: str, now: datetime
) -> Standing:
    in_hour, in_day = quotas.used(use, now) if use else (0, 0)
    return Standing(
        transport=transport,
        domain=domain,
        per_second=options.per_second,
        used_in_hour=in_hour,
        per_hour=options.per_hour,
        used_in_day=in_day,
        per_day=options.per_day,
        note=note,
    )


def _warm_up(options: LimitOptions, begun: datetime | None, now: datetime) -> str:
    day = warm_up.day_of(options, begun, now)
    return "" if day is None else f"warming up, day {day + 1} of {len(options.warm_up)}"


def _trouble(trouble: TransportTrouble | None, now: datetime) -> str:
    if trouble is None:
        return ""
    if trouble.refuses_us:
        words = "refuses us"
    elif now < trouble.rests_until:
        words = f"rests until {trouble.rests_until:%d %b %H:%M} UTC"
    else:
        words = "is tried again"
    return f"{words}: {trouble.reason}"
