"""Editions in their undo window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.editions.models import Edition, EditionKind, EditionState


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """An edition that leaves soon."""

    number: int
    kind: EditionKind
    subject: str
    leaves_at: datetime


def leaving_soon(session: Session, now: datetime, within: timedelta) -> Sequence[Leaving]:
    """The editions that leave within this time and have mailed nobody, soonest first."""
    query = (
        select(Edition.id, Edition.kind, Edition.subject, Edition.send_at)
        .where(Edition.state == EditionState.QUEUED, Edition.fanned_out_at.is_(None))
        .where(Edition.send_at > now, Edition.send_at <= now + within)
        .order_by(Edition.send_at, Edition.id)
    )
    return [
        Leaving(number=number, kind=kind, subject=subject, leaves_at=send_at)
        for number, kind, subject, send_at in session.execute(query)
    ]
