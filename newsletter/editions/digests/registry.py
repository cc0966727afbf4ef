"""Since when each digest is known, and the lock on it. Never commits."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.editions.models import DigestState


def find_known_since(session: Session, digest: str) -> datetime | None:
    """The time since when this digest is known; None before it is registered."""
    state = session.get(DigestState, digest)
    return state.known_since if state else None


def lock_digest(session: Session, digest: str, now: datetime) -> None:
    """Lock a digest until the transaction ends; registered where it is new.

    So no change of the coming edition falls between its composition and what that leaves.
    """
    register(session, digest, now)
    session.flush()
    session.execute(
        select(DigestState.digest).where(DigestState.digest == digest).with_for_update()
    )


def register(session: Session, digest: str, now: datetime) -> bool:
    """Register a digest; False if it is known already."""
    if session.get(DigestState, digest) is not None:
        return False
    session.add(DigestState(digest=digest, known_since=now))
    return True
