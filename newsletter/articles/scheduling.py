"""Scheduled publication of articles."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.articles import store
from newsletter.articles.models import Article, ArticleStatus

# An article published later than this gets the actual time, or it would appear below articles
# already read.
PUNCTUAL = timedelta(minutes=1)


def status_at(wanted: ArticleStatus, published_at: datetime | None, now: datetime) -> ArticleStatus:
    """The current status: a public article is scheduled until its time."""
    if wanted not in {ArticleStatus.PUBLISHED, ArticleStatus.SCHEDULED}:
        return wanted
    if published_at is None:
        # Scheduled without a readable time.
        return ArticleStatus.DRAFT if wanted is ArticleStatus.SCHEDULED else wanted
    return ArticleStatus.SCHEDULED if published_at > now else ArticleStatus.PUBLISHED


def is_public(article: Article, now: datetime) -> bool:
    return article.status is ArticleStatus.PUBLISHED and article.published_at <= now


def publish_due(session: Session, now: datetime) -> list[Article]:
    """Publish and return the scheduled articles that are due."""
    due = store.due_for_publication(session, now)
    if not due:
        return []
    changed_at = store.begin_change(session, now)
    for article in due:
        article.status = ArticleStatus.PUBLISHED
        if now - article.published_at > PUNCTUAL:
            article.published_at = now
        article.updated_at = max(article.updated_at, article.published_at)
        store.mark_changed(article, changed_at)
    return due
