"""Deduplicates alarms across processes. Never commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.delivery.ledger.models import Watch


def is_first_alert(session: Session, subject: str, now: datetime) -> bool:
    """Whether no alarm was raised for this subject yet; records that one is now."""
    watch = session.get(Watch, subject)
    if watch is None:
        session.add(Watch(subject=subject, settled=0, since=now, is_told=True))
        session.flush()
    return watch is None
