"""Every query on coming editions. Never commits."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.editions.coming.arrangement import Arrangement
from newsletter.editions.coming.models import ArticleExclusion, ComingEdition


def find(session: Session, digest: str) -> ComingEdition | None:
    """What was changed; None where nothing was."""
    return session.get(ComingEdition, digest)


def lock(session: Session, digest: str, now: datetime) -> ComingEdition:
    """The changes, locked until the transaction ends; a new row where nothing was changed."""
    coming = session.scalars(
        select(ComingEdition).where(ComingEdition.digest == digest).with_for_update(),
        execution_options={"populate_existing": True},
    ).first()
    if coming is None:
        coming = ComingEdition(
            digest=digest,
            story_order=[],
            dropped=[],
            titles={},
            introduction="",
            is_held=False,
            authors=[],
            changed_at=now,
        )
        session.add(coming)
    return coming


def arrangement_of(coming: ComingEdition | None) -> Arrangement:
    """The arrangement that a row holds."""
    if coming is None:
        return Arrangement()
    return Arrangement(
        order=tuple(coming.story_order),
        dropped=frozenset(coming.dropped),
        titles={int(number): title for number, title in coming.titles.items()},
        introduction=coming.introduction,
    )


def put(coming: ComingEdition, arrangement: Arrangement) -> None:
    """Write an arrangement into its row."""
    coming.story_order = list(arrangement.order)
    coming.dropped = sorted(arrangement.dropped)
    coming.titles = {str(number): title for number, title in arrangement.titles.items()}
    coming.introduction = arrangement.introduction


def consume(session: Session, digest: str) -> None:
    """Forget the changes: the edition that they were for is composed."""
    session.execute(delete(ComingEdition).where(ComingEdition.digest == digest))


def exclude(session: Session, digest: str, article_id: int, now: datetime) -> None:
    """Keep an article out of a digest for good."""
    if session.get(ArticleExclusion, (digest, article_id)) is None:
        session.add(ArticleExclusion(digest=digest, article_id=article_id, excluded_at=now))


def include(session: Session, digest: str, article_id: int) -> None:
    """Let a digest take an article again."""
    session.execute(
        delete(ArticleExclusion).where(
            ArticleExclusion.digest == digest, ArticleExclusion.article_id == article_id
        )
    )


def excluded(session: Session, digest: str, limit: int = 50) -> list[Article]:
    """The articles that a digest never takes, the latest excluded first."""
    query = (
        select(Article)
        .join(ArticleExclusion, ArticleExclusion.article_id == Article.id)
        .where(ArticleExclusion.digest == digest)
        .order_by(ArticleExclusion.excluded_at.desc(), Article.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def articles(session: Session, numbers: Iterable[int]) -> list[Article]:
    """Articles by their numbers."""
    ids = list(numbers)
    return list(session.scalars(select(Article).where(Article.id.in_(ids)))) if ids else []
