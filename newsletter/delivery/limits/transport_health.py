"""What ails a transport, for all processes to know: since when, and how long it is left alone.

A row stands only while something is wrong; the first mail that the transport takes or refuses
by itself removes it. The queries never commit.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.config.sending import RouteOptions
from newsletter.delivery.ledger.models import TransportTrouble

FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How a transport failed a worker.

    Args:
        heard: it took or refused mail all the same.
        refuses_us: it cannot send at all as configured.
        rest: how long it asked to be left alone; None: it did not say.
    """

    reason: str
    heard: bool = False
    refuses_us: bool = False
    rest: timedelta | None = None


def of(session: Session, transports: Collection[str]) -> dict[str, TransportTrouble]:
    """The troubles of those transports that have any."""
    query = select(TransportTrouble).where(TransportTrouble.transport.in_(transports))
    return {trouble.transport: trouble for trouble in session.scalars(query)}


def is_resting(trouble: TransportTrouble | None, now: datetime) -> bool:
    return trouble is not None and now < trouble.rests_until


def is_down(trouble: TransportTrouble | None, route: RouteOptions, now: datetime) -> bool:
    """Whether another is to carry its share, until it is tried again."""
    if trouble is None or trouble.failing_since is None:
        return False
    is_lost = trouble.refuses_us or now - trouble.failing_since >= route.after
    return is_lost and now < trouble.tried_at + route.again


def record(session: Session, transport: str, failure: Failure, now: datetime) -> None:
    """Note a failure; the rest that follows doubles with each in a row."""
    trouble = _lock(session, transport, now)
    trouble.in_a_row = 1 if failure.heard else trouble.in_a_row + 1
    trouble.failing_since = None if failure.heard else trouble.failing_since or now
    trouble.refuses_us = failure.refuses_us
    trouble.reason = failure.reason
    trouble.tried_at = now
    doubled = min(FIRST_REST * 2 ** min(trouble.in_a_row - 1, 10), LONGEST_REST)
    rest = timedelta(0) if failure.refuses_us else failure.rest or doubled
    trouble.rests_until = max(trouble.rests_until, now + rest)


def untold(
    session: Session, troubles: Mapping[str, TransportTrouble], down: Collection[str]
) -> Iterator[TransportTrouble]:
    """The troubles of those that are down which nobody has been told of; from now on told."""
    for name in down:
        told = session.execute(
            update(TransportTrouble)
            .where(TransportTrouble.transport == name, TransportTrouble.is_told.is_(False))
            .values(is_told=True)
            .returning(TransportTrouble.transport),
            execution_options={"synchronize_session": False},
        ).first()
        if told:
            yield troubles[name]


def forget(session: Session, transports: Collection[str]) -> None:
    """They work, or somebody has mended them."""
    session.execute(delete(TransportTrouble).where(TransportTrouble.transport.in_(transports)))


def forget_refusals(session: Session) -> None:
    """Somebody has mended what transports refused us for: all may be tried at once."""
    session.execute(delete(TransportTrouble).where(TransportTrouble.refuses_us))


def _lock(session: Session, transport: str, now: datetime) -> TransportTrouble:
    query = select(TransportTrouble).where(TransportTrouble.transport == transport)
    query = query.with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        try:
            with session.begin_nested():
                found = TransportTrouble(transport=transport, tried_at=now, rests_until=now)
                session.add(found)
        except IntegrityError:  # another worker was quicker
            found = session.scalars(query, execution_options={"populate_existing": True}).one()
    return found
