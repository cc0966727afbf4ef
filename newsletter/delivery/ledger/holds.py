"""Holds of editions by their circuit breaker: how many, and which failures led to the last one.

Failures that hold an edition say more about us, or about one server, than about their recipients:
they are tried once more when a person resumes. Never commits.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.delivery.ledger.models import Watch
from newsletter.delivery.ledger.uncertain import requeue_failed


def record(session: Session, edition_id: int, since: datetime) -> None:
    """Count a hold.

    Args:
        since: when the first of the failures that led to it was observed.
    """
    held = session.get(Watch, _held(edition_id))
    if held is None:
        session.add(Watch(subject=_held(edition_id), settled=1, since=since, is_told=True))
    else:
        held.settled += 1
    session.merge(Watch(subject=_doubtful(edition_id), settled=0, since=since, is_told=True))


def count(session: Session, edition_id: int) -> int:
    """How often a breaker held an edition."""
    held = session.get(Watch, _held(edition_id))
    return held.settled if held else 0


def requeue_doubtful(session: Session, edition_id: int) -> int:
    """Queue the deliveries whose failures led to the last hold, once; returns how many.

    They were refused or never handed over, so that nobody is mailed twice.
    """
    doubtful = session.get(Watch, _doubtful(edition_id))
    if doubtful is None:
        return 0
    session.delete(doubtful)
    return requeue_failed(session, edition_id, since=doubtful.since)


def _held(edition_id: int) -> str:
    return f"held {edition_id}"


def _doubtful(edition_id: int) -> str:
    return f"doubtful {edition_id}"
