"""Health of transports, shared by all processes: failures and rests with exponential back-off.

A row exists only while a transport is unhealthy; the first mail that it accepts, or refuses because
of its recipient, deletes it. Never commits.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.config.tables.sending import RouteOptions
from newsletter.delivery.ledger.models import TransportHealth

FIRST_REST = timedelta(minutes=1)
MAX_REST = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A failure of a transport.

    Args:
        is_responding: it accepted or refused some mails all the same.
        refuses_us: it cannot send at all as configured.
        rest: the delay it asked for; None: it did not say.
    """

    reason: str
    is_responding: bool = False
    refuses_us: bool = False
    rest: timedelta | None = None


def unhealthy(session: Session, transports: Collection[str]) -> dict[str, TransportHealth]:
    """The health of those transports that are unhealthy."""
    query = select(TransportHealth).where(TransportHealth.transport.in_(transports))
    return {health.transport: health for health in session.scalars(query)}


def is_resting(health: TransportHealth | None, now: datetime) -> bool:
    return health is not None and now < health.rests_until


def is_down(health: TransportHealth | None, route: RouteOptions, now: datetime) -> bool:
    """Whether other transports carry its share until it is retried."""
    if health is None or health.failing_since is None:
        return False
    is_lost = health.refuses_us or now - health.failing_since >= route.after
    return is_lost and now < health.tried_at + route.again


def record(session: Session, transport: str, failure: Failure, now: datetime) -> None:
    """Record a failure; the rest that follows doubles with each consecutive one."""
    health = _lock(session, transport, now)
    health.in_a_row = 1 if failure.is_responding else health.in_a_row + 1
    health.failing_since = None if failure.is_responding else health.failing_since or now
    health.refuses_us = failure.refuses_us
    health.reason = failure.reason
    health.tried_at = now
    doubled = min(FIRST_REST * 2 ** min(health.in_a_row - 1, 10), MAX_REST)
    rest = timedelta(0) if failure.refuses_us else failure.rest or doubled
    health.rests_until = max(health.rests_until, now + rest)


def claim_alerts(
    session: Session, unhealthy: Mapping[str, TransportHealth], down: Collection[str]
) -> Iterator[TransportHealth]:
    """Yield failed transports without an alarm so far, marking each as alarmed."""
    for name in down:
        alerted = session.execute(
            update(TransportHealth)
            .where(TransportHealth.transport == name, TransportHealth.is_told.is_(False))
            .values(is_told=True)
            .returning(TransportHealth.transport),
            execution_options={"synchronize_session": False},
        ).first()
        if alerted:
            yield unhealthy[name]


def clear(session: Session, transports: Collection[str]) -> None:
    """Mark transports as healthy."""
    session.execute(delete(TransportHealth).where(TransportHealth.transport.in_(transports)))


def clear_refusals(session: Session) -> None:
    """Clear transports that refused us, so that they are retried at once."""
    session.execute(delete(TransportHealth).where(TransportHealth.refuses_us))


def _lock(session: Session, transport: str, now: datetime) -> TransportHealth:
    query = select(TransportHealth).where(TransportHealth.transport == transport)
    query = query.with_for_update()
    health = session.scalar(query, execution_options={"populate_existing": True})
    if health is None:
        try:
            with session.begin_nested():
                health = TransportHealth(transport=transport, tried_at=now, rests_until=now)
                session.add(health)
        except IntegrityError:  # another worker was quicker
            health = session.scalars(query, execution_options={"populate_existing": True}).one()
    return health
