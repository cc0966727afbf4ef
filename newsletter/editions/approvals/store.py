"""Every query on approvals and looks. Never commits."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from newsletter.editions.approvals.models import EditionApproval, EditionLook
from newsletter.editions.models import Edition, EditionState

# Somebody who is editing changes much in a short time; the senders get one mail about it.
PAUSE = timedelta(minutes=10)
# A draft that lay this long since the senders were asked is not looked at any more.
LONGEST_ASKED = timedelta(days=14)


def of_edition(session: Session, number: int) -> list[EditionApproval]:
    """The approvals of an edition, also those of other content, in order of time."""
    query = select(EditionApproval).where(EditionApproval.edition_id == number)
    return list(session.scalars(query.order_by(EditionApproval.approved_at)))


def add(session: Session, number: int, actor: str, mark: str, now: datetime) -> None:
    """Record an approval; it takes the place of the actor's earlier one."""
    session.merge(
        EditionApproval(edition_id=number, actor=actor, fingerprint=mark, approved_at=now)
    )
    session.flush()


def clear(session: Session, number: int) -> None:
    """Forget the approvals of an edition."""
    session.execute(delete(EditionApproval).where(EditionApproval.edition_id == number))


def look_of(session: Session, number: int, actor: str) -> EditionLook | None:
    """What an actor saw when they last looked."""
    return session.get(EditionLook, (number, actor))


def put_look(
    session: Session, number: int, actor: str, mark: str, snapshot: dict[str, Any], now: datetime
) -> bool:
    """Record what an actor sees; False where they saw the same before."""
    seen = look_of(session, number, actor)
    if seen is not None and seen.fingerprint == mark:
        return False
    session.merge(
        EditionLook(
            edition_id=number, actor=actor, fingerprint=mark, snapshot=snapshot, looked_at=now
        )
    )
    return True


def due_requests(session: Session, now: datetime) -> list[int]:
    """The editions that wait for approval, where nobody was asked yet or not for a while."""
    asked_at = Edition.approval_asked_at
    is_due = or_(asked_at.is_(None), asked_at.between(now - LONGEST_ASKED, now - PAUSE))
    query = select(Edition.id).where(Edition.state == EditionState.DRAFT, is_due)
    return list(session.scalars(query.order_by(Edition.id)))
