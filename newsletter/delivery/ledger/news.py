"""What a person is told once, whichever process sees it first. Never commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.delivery.ledger.models import Watch


def is_news(session: Session, subject: str, now: datetime) -> bool:
    """Whether nobody has been told of this; from now on somebody has."""
    watch = session.get(Watch, subject)
    if watch is None:
        session.add(Watch(subject=subject, settled=0, since=now, is_told=True))
        session.flush()
    return watch is None
