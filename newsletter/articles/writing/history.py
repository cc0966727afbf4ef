"""The history of an article: one revision after each change of its content.

An article that was never changed has no revision; its first change also stores what was before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.articles.writing import store
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.models import ArticleRevision

# Successive saves of one person by themselves within this time are one revision.
SAME_SITTING = timedelta(minutes=15)


@contextmanager
def recorded(
    session: Session, article: Article, by: str, now: datetime, *, by_itself: bool = False
) -> Iterator[None]:
    """Record what the block changes in the content of a stored article.

    Args:
        by: the actor; empty for an import.
        by_itself: whether the editor saved, not a person.
    """
    before, at = ArticleContent.of(article), article.updated_at
    yield
    after = ArticleContent.of(article)
    if after == before:
        return
    newest = store.newest_revision(session, article.id)
    if newest is None:
        newest = _added(session, article.id, 1, at, "", before)
    if by_itself and newest.by == by and now - newest.at < SAME_SITTING:
        newest.content, newest.at = after.as_json(), now
    else:
        _added(session, article.id, newest.number + 1, now, by, after)


def begin(session: Session, article: Article, by: str, now: datetime) -> None:
    """Record the first content of a new article."""
    _added(session, article.id, 1, now, by, ArticleContent.of(article))


def _added(
    session: Session,
    article_id: int,
    number: int,
    at: datetime,
    by: str,
    content: ArticleContent,
) -> ArticleRevision:
    revision = ArticleRevision(
        article_id=article_id, number=number, at=at, by=by, content=content.as_json()
    )
    session.add(revision)
    session.flush()
    return revision
