"""Articles for display: filtered pages, and which edition told each."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, defer

from newsletter.articles.models import Article, ArticleStatus, Topic, article_topics
from newsletter.articles.search import matching
from newsletter.articles.writing import store as writing
from newsletter.editions.models import Edition, EditionArticle, EditionState

PAGE = 50
# States of an edition that mails it, or will.
_ANNOUNCING = (
    EditionState.DRAFT,
    EditionState.QUEUED,
    EditionState.SENDING,
    EditionState.PAUSED,
    EditionState.STOPPED,
    EditionState.SENT,
)
_WITHOUT_TEXTS = (defer(Article.body_html), defer(Article.body_text))


@dataclass(frozen=True, kw_only=True)
class ArticleFilters:
    """Filters of the list; empty means all."""

    words: str = ""
    status: ArticleStatus | None = None
    topic: str = ""
    """Its slug."""
    is_told: bool | None = None
    """Whether an edition mails it, or did."""


class ArticleOrder(StrEnum):
    """Orders of the list."""

    DATE = "date"
    TITLE = "title"


@dataclass(frozen=True, kw_only=True)
class EditionReference:
    """An edition with an article."""

    edition_id: int
    title: str
    """The digest's display name."""
    period: str
    state: EditionState
    send_at: datetime


@dataclass(frozen=True, kw_only=True)
class ListedArticle:
    """One article of the list."""

    article: Article
    editions: Sequence[EditionReference]
    unsaved: int
    """How many people have unsaved words of it."""


def article_page(
    session: Session,
    filters: ArticleFilters,
    *,
    order: ArticleOrder = ArticleOrder.DATE,
    is_ascending: bool = False,
    after: int | None = None,
    limit: int = PAGE,
) -> list[ListedArticle]:
    """A page of articles in an order.

    Args:
        after: keyset pagination: the number of the last article of the page before.
    """
    query = select(Article).where(*_conditions(session, filters))
    key = _key(Article, order)
    if after is not None:
        last = aliased(Article)
        place = select(_key(last, order)).where(last.id == after).scalar_subquery()
        is_tied = and_(key == place, Article.id > after if is_ascending else Article.id < after)
        query = query.where(or_(key > place if is_ascending else key < place, is_tied))
    places = (key, Article.id) if is_ascending else (key.desc(), Article.id.desc())
    query = query.order_by(*places).limit(limit)
    articles = list(session.scalars(query.options(*_WITHOUT_TEXTS)))
    numbers = [article.id for article in articles]
    editions, unsaved = editions_of(session, numbers), writing.unsaved_counts(session, numbers)
    return [
        ListedArticle(
            article=article,
            editions=editions.get(article.id, ()),
            unsaved=unsaved.get(article.id, 0),
        )
        for article in articles
    ]


def _key(article: type[Article], order: ArticleOrder) -> ColumnElement[Any]:
    if order is ArticleOrder.TITLE:
        return func.lower(article.title)
    return article.published_at.expression


def editions_of(
    session: Session, article_ids: Collection[int]
) -> dict[int, list[EditionReference]]:
    """The editions that mail each article, or did, oldest first."""
    query = (
        select(
            EditionArticle.article_id,
            Edition.id,
            Edition.title,
            Edition.period,
            Edition.state,
            Edition.send_at,
        )
        .join(Edition, Edition.id == EditionArticle.edition_id)
        .where(EditionArticle.article_id.in_(article_ids), Edition.state.in_(_ANNOUNCING))
        .order_by(Edition.send_at, Edition.id)
    )
    found: dict[int, list[EditionReference]] = {}
    for article_id, edition_id, title, period, state, send_at in session.execute(query):
        edition = EditionReference(
            edition_id=edition_id,
            title=title,
            period=period or "",
            state=state,
            send_at=send_at,
        )
        found.setdefault(article_id, []).append(edition)
    return found


def _conditions(session: Session, filters: ArticleFilters) -> Iterator[ColumnElement[bool]]:
    if filters.status is not None:
        yield Article.status == filters.status
    if filters.topic:
        filed = select(article_topics.c.article_id).join(Topic).where(Topic.slug == filters.topic)
        yield Article.id.in_(filed)
    if filters.words:
        query = matching(filters.words, session.get_bind().dialect.name)
        if query is not None:
            yield Article.id.in_(query.with_only_columns(Article.id).order_by(None))
    if filters.is_told is not None:
        was_told = exists().where(
            EditionArticle.article_id == Article.id,
            Edition.id == EditionArticle.edition_id,
            Edition.state.in_(_ANNOUNCING),
        )
        yield was_told if filters.is_told else ~was_told
