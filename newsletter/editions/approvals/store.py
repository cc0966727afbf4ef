"""Every query on approvals and looks. Never commits."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from newsletter.articles.models import Article, Correction
from newsletter.editions.approvals.models import EditionApproval, EditionView
from newsletter.editions.models import Edition, EditionArticle, EditionCorrection, EditionState

# Somebody who is editing changes much in a short time; the senders get one mail about it.
PAUSE = timedelta(minutes=10)
# A draft that lay this long since the senders were asked is not looked at any more.
MAX_APPROVAL_AGE = timedelta(days=14)


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


def withdraw(session: Session, actor: str) -> None:
    """Forget the approvals of whoever may not approve any more, of editions that still wait.

    Args:
        actor: as `str(Actor)`.
    """
    waiting = select(Edition.id).where(Edition.state == EditionState.DRAFT)
    own = EditionApproval.actor == actor
    session.execute(delete(EditionApproval).where(own, EditionApproval.edition_id.in_(waiting)))


def view_of(session: Session, number: int, actor: str) -> EditionView | None:
    """What an actor saw when they last looked."""
    return session.get(EditionView, (number, actor))


def put_look(
    session: Session, number: int, actor: str, mark: str, snapshot: dict[str, Any], now: datetime
) -> bool:
    """Record what an actor sees; False where they saw the same before."""
    last = view_of(session, number, actor)
    if last is not None and last.fingerprint == mark:
        return False
    session.merge(
        EditionView(
            edition_id=number, actor=actor, fingerprint=mark, snapshot=snapshot, viewed_at=now
        )
    )
    return True


def due_requests(session: Session, now: datetime) -> list[int]:
    """The editions that wait for approval, where nobody was asked yet or not for a while."""
    asked_at = Edition.approval_asked_at
    is_due = or_(asked_at.is_(None), asked_at.between(now - MAX_APPROVAL_AGE, now - PAUSE))
    query = select(Edition.id).where(Edition.state == EditionState.DRAFT, is_due)
    return list(session.scalars(query.order_by(Edition.id)))


def inputs_of(session: Session, number: int) -> str:
    """A hash of all that a waiting edition is made of, and of what was asked about it.

    Equal while nothing has changed, and cheap: no article's text is read.
    """
    together = select(Edition.id).where(or_(Edition.id == number, Edition.joined_to == number))
    queries = (_edition_inputs(together), _story_inputs(together), _correction_inputs(together))
    rows = [[list(row) for row in session.execute(query)] for query in queries]
    content = json.dumps(rows, sort_keys=True, default=str)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _edition_inputs(editions: Select[int]) -> Executable:
    return (
        select(
            Edition.id,
            Edition.title,
            Edition.subject,
            Edition.body_html,
            Edition.introduction,
            Edition.topics,
            Edition.segment,
            Edition.template,
            Edition.masthead,
            Edition.approval_asked_about,
        )
        .where(Edition.id.in_(editions))
        .order_by(Edition.id)
    )


def _story_inputs(editions: Select[int]) -> Executable:
    return (
        select(
            EditionArticle.edition_id,
            EditionArticle.position,
            EditionArticle.article_id,
            EditionArticle.title,
            Article.changed_at,
        )
        .join(Article, Article.id == EditionArticle.article_id)
        .where(EditionArticle.edition_id.in_(editions))
        .order_by(EditionArticle.edition_id, EditionArticle.position, EditionArticle.article_id)
    )


def _correction_inputs(editions: Select[int]) -> Executable:
    return (
        select(
            EditionCorrection.edition_id,
            Correction.article_id,
            Correction.number,
            Correction.note,
        )
        .join(
            Correction,
            and_(
                Correction.article_id == EditionCorrection.article_id,
                Correction.number == EditionCorrection.number,
            ),
        )
        .where(EditionCorrection.edition_id.in_(editions))
        .order_by(EditionCorrection.edition_id, Correction.article_id, Correction.number)
    )
