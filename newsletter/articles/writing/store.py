"""Every query on revisions and unsaved words. Never commits."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.models import ArticleDraft, ArticleRevision
from newsletter.errors import ResourceNotFound

PAGE = 50


def revisions(
    session: Session, article_id: int, *, below: int | None = None, limit: int = PAGE
) -> list[ArticleRevision]:
    """The history of an article, newest first.

    Args:
        below: keyset pagination: only revisions before this number.
    """
    query = select(ArticleRevision).where(ArticleRevision.article_id == article_id)
    if below is not None:
        query = query.where(ArticleRevision.number < below)
    return list(session.scalars(query.order_by(ArticleRevision.number.desc()).limit(limit)))


def revision(session: Session, article_id: int, number: int) -> ArticleRevision:
    """
    Raises:
        ResourceNotFound: there is no such revision.
    """
    revision = session.get(ArticleRevision, (article_id, number))
    if revision is None:
        raise ResourceNotFound(
            f"article {article_id} has no revision {number}; "
            f"see: newsletter articles history {article_id}"
        )
    return revision


def content_of_version(session: Session, article_id: int, version: str) -> ArticleContent | None:
    """What an article was at a version; None where it is not among its newest revisions."""
    contents = (ArticleContent.from_json(one.content) for one in revisions(session, article_id))
    return next((content for content in contents if content.version == version), None)


def newest_revision(session: Session, article_id: int) -> ArticleRevision | None:
    return next(iter(revisions(session, article_id, limit=1)), None)


def drafts(session: Session, article_id: int) -> list[ArticleDraft]:
    """Everybody in an article, by when they were last seen there, latest first."""
    query = select(ArticleDraft).where(ArticleDraft.article_id == article_id)
    return list(session.scalars(query.order_by(ArticleDraft.seen_at.desc(), ArticleDraft.author)))


def draft(session: Session, article_id: int, author: str) -> ArticleDraft | None:
    """One person in an article."""
    return session.get(ArticleDraft, (article_id, author))


def remove_draft(session: Session, article_id: int, author: str) -> None:
    session.execute(
        delete(ArticleDraft).where(
            ArticleDraft.article_id == article_id, ArticleDraft.author == author
        )
    )


def remove_passers_by(session: Session, article_id: int, before: datetime) -> None:
    """Remove those without unsaved words who have not been seen since."""
    session.execute(
        delete(ArticleDraft).where(
            ArticleDraft.article_id == article_id,
            ArticleDraft.kept_at.is_(None),
            ArticleDraft.seen_at < before,
        )
    )


def unsaved_counts(session: Session, article_ids: list[int]) -> dict[int, int]:
    """How many people have unsaved words in each article."""
    query = (
        select(ArticleDraft.article_id, func.count())
        .where(ArticleDraft.article_id.in_(article_ids), ArticleDraft.kept_at.is_not(None))
        .group_by(ArticleDraft.article_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
