"""Queries on feed contents, archives, hub notifications and private feeds. Never commits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy.orm import Session

from newsletter.articles import store as articles
from newsletter.articles.models import Article, ArticleStatus, Correction, Topic, article_topics
from newsletter.errors import ResourceNotFound
from newsletter.feeds.models import (
    FeedArchive,
    FeedArchiveItem,
    FeedEvent,
    FeedEventKind,
    HubNotice,
    PrivateFeed,
)
from newsletter.feeds.scopes import Scope


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class ItemRef:
    """A reference to an article, or to a correction of it, in feed order."""

    at: datetime
    article_id: int
    number: int = 0
    """The correction's number; 0 for the article itself."""


class FeedArticle(NamedTuple):
    """The columns of an article that feeds use, in the order of `_FEED_COLUMNS`."""

    id: int
    topics: tuple[tuple[str, str], ...]
    """Slug and name of each."""
    uid: str
    slug: str
    title: str
    summary: str
    body_html: str
    author: str
    image_url: str
    published_at: datetime
    updated_at: datetime
    media: Sequence[Mapping[str, Any]]
    """Its picture and linked files, as in `Article.media`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleState:
    """The state of an article, as far as archiving needs it."""

    id: int
    status: ArticleStatus
    published_at: datetime
    updated_at: datetime
    changed_at: datetime


def scope_name(session: Session, scope: Scope) -> str:
    """The display name of the scope; empty for all articles.

    Raises:
        ResourceNotFound: there is no such topic or author.
    """
    if scope.author:
        return _author(session, scope).name
    query = select(Topic.slug, Topic.name).where(Topic.slug.in_(scope.topics))
    names = dict(session.execute(query).all())
    for topic in scope.topics:
        if topic not in names:
            raise ResourceNotFound(
                f"there is no topic {topic[:80]!r}; see: newsletter articles topics"
            )
    return ", ".join(names[topic] for topic in scope.topics)


def known_topics(session: Session, slugs: Collection[str]) -> set[str]:
    """The slugs that are topics."""
    return set(session.scalars(select(Topic.slug).where(Topic.slug.in_(slugs))))


def scopes(session: Session) -> list[tuple[Scope, str]]:
    """Every advertised feed with its name: all articles, each topic, each author."""
    return [
        (Scope(), ""),
        *((Scope(topics=(t.slug,)), t.name) for t in articles.topics(session) if t.count),
        *((Scope(author=author.slug), author.name) for author in articles.authors(session)),
    ]


def last_change(session: Session, scope: Scope) -> datetime | None:
    """Last possible change in the scope; never goes back."""
    if not scope.topics:
        # An author may be edited away, which only the overall time reflects.
        return articles.last_change(session)
    moments = [articles.last_change(session, topic) for topic in scope.topics]
    return max((moment for moment in moments if moment), default=None)


def item_refs(session: Session, scope: Scope, limit: int, offset: int = 0) -> list[ItemRef]:
    """The newest articles and corrections of the scope, one more than the limit.

    The extra one shows that there is a next page.
    """
    most = offset + limit + 1
    inside = _in_scope(session, scope)
    query = select(Article.published_at, Article.id).where(*inside, _PUBLISHED)
    rows = session.execute(
        query.order_by(Article.published_at.desc(), Article.id.desc()).limit(most)
    )
    ordered = [ItemRef(at=at, article_id=number) for at, number in rows]
    notes = select(Correction.at, Correction.article_id, Correction.number).join(Article)
    newest = notes.where(*inside, _PUBLISHED).order_by(Correction.at.desc()).limit(most)
    ordered += [ItemRef(at=a, article_id=i, number=n) for a, i, n in session.execute(newest)]
    return sorted(ordered, reverse=True)[offset:most]


def count_items(session: Session, scope: Scope) -> int:
    """The number of articles and corrections in the scope."""
    inside = (*_in_scope(session, scope), _PUBLISHED)
    query = select(func.count(Article.id)).where(*inside)
    notes = select(func.count()).select_from(Correction).join(Article).where(*inside)
    return session.scalars(query).one() + session.scalars(notes).one()


def feed_articles(session: Session, article_ids: Collection[int]) -> dict[int, FeedArticle]:
    """The articles as plain rows: mapped objects would take twice as long."""
    is_asked_for = Article.id.in_(article_ids)
    filed = select(article_topics.c.article_id, Topic.slug, Topic.name).join(Topic)
    topics: dict[int, list[tuple[str, str]]] = {}
    query = filed.where(article_topics.c.article_id.in_(article_ids)).order_by(Topic.slug)
    for article_id, slug, name in session.execute(query):
        topics.setdefault(article_id, []).append((slug, name))
    rows = session.execute(select(*_FEED_COLUMNS).where(is_asked_for))
    return {
        number: FeedArticle(number, tuple(topics.get(number, ())), *values)
        for number, *values in rows
    }


def corrections(session: Session, places: Collection[ItemRef]) -> dict[ItemRef, Correction]:
    """The corrections among the references."""
    by_name = {(place.article_id, place.number): place for place in places if place.number}
    notes = articles.corrections(session, {article_id for article_id, _ in by_name})
    return {
        by_name[note.article_id, note.number]: note
        for note in notes
        if (note.article_id, note.number) in by_name
    }


_FEED_COLUMNS = (
    Article.id,
    Article.uid,
    Article.slug,
    Article.title,
    Article.summary,
    Article.body_html,
    Article.author,
    Article.image_url,
    Article.published_at,
    Article.updated_at,
    Article.media,
)


def withdrawn(session: Session, scope: Scope, limit: int) -> list[tuple[str, datetime]]:
    """Tag and time of recent withdrawals in the scope that are not archived."""
    noted = _in_archives(scope, FeedEventKind.WITHDRAWAL).where(FeedEvent.at == Article.changed_at)
    query = select(Article.uid, Article.changed_at).where(
        *_in_scope(session, scope), Article.status == ArticleStatus.WITHDRAWN, ~exists(noted)
    )
    newest = query.order_by(Article.changed_at.desc(), Article.id.desc()).limit(limit)
    return [(uid, changed_at) for uid, changed_at in session.execute(newest)]


def unarchived(session: Session, scope: Scope, limit: int) -> list[ItemRef]:
    """Articles and corrections of the scope that are in no archive of it, newest first."""
    inside = (*_in_scope(session, scope), _PUBLISHED)
    query = select(Article.published_at, Article.id).where(
        *inside, ~exists(_in_archives(scope, FeedEventKind.ARTICLE))
    )
    rows = session.execute(query.order_by(Article.published_at.desc()).limit(limit))
    ordered = [ItemRef(at=at, article_id=number) for at, number in rows]
    archived = _in_archives(scope, FeedEventKind.CORRECTION).where(
        FeedEvent.number == Correction.number
    )
    notes = select(Correction.at, Correction.article_id, Correction.number).join(Article)
    newest = notes.where(*inside, ~exists(archived)).order_by(Correction.at.desc()).limit(limit)
    ordered += [ItemRef(at=a, article_id=i, number=n) for a, i, n in session.execute(newest)]
    return sorted(ordered, reverse=True)[:limit]


def article_states(session: Session, scope: Scope) -> list[ArticleState]:
    """Every article of the scope that was ever public."""
    query = select(
        Article.id,
        Article.status,
        Article.published_at,
        Article.updated_at,
        Article.changed_at,
    ).where(*_in_scope(session, scope), Article.status.in_(_ONCE_PUBLIC))
    return [ArticleState(**row) for row in session.execute(query).mappings()]


def correction_refs(session: Session, scope: Scope) -> list[ItemRef]:
    """Every correction of the scope's published articles."""
    notes = select(Correction.at, Correction.article_id, Correction.number).join(Article)
    rows = session.execute(notes.where(*_in_scope(session, scope), _PUBLISHED))
    return [ItemRef(at=at, article_id=article, number=number) for at, article, number in rows]


def archived(session: Session, scope: Scope) -> list[tuple[FeedEventKind, int, int, datetime]]:
    """The events in the scope's archives, oldest first: kind, article, correction, time."""
    query = (
        select(FeedEvent.kind, FeedEvent.article_id, FeedEvent.number, FeedEvent.at)
        .join(FeedArchiveItem, FeedArchiveItem.event_id == FeedEvent.id)
        .join(FeedArchive)
        .where(FeedArchive.scope == scope.key)
        .order_by(FeedArchive.number, FeedArchiveItem.position)
    )
    return [(kind, article, number, at) for kind, article, number, at in session.execute(query)]


def find_event(
    session: Session, kind: FeedEventKind, article_id: int, number: int, at: datetime
) -> FeedEvent | None:
    """The event, if another feed's archive already has it."""
    return session.scalar(
        select(FeedEvent).where(
            FeedEvent.kind == kind,
            FeedEvent.article_id == article_id,
            FeedEvent.number == number,
            FeedEvent.at == at,
        )
    )


def last_archive(session: Session, scope: Scope) -> int:
    """The number of the newest archive; 0 if there is none."""
    newest = select(func.max(FeedArchive.number)).where(FeedArchive.scope == scope.key)
    return session.scalars(newest).one() or 0


def archive_items(
    session: Session, scope: Scope, number: int
) -> list[tuple[FeedEvent, ArticleStatus, str, datetime]]:
    """The events of an archive, newest first, with their article's status, tag and last change.

    Raises:
        ResourceNotFound: there is no such archive.
    """
    query = (
        select(FeedEvent, Article.status, Article.uid, Article.changed_at)
        .join(FeedArchiveItem, FeedArchiveItem.event_id == FeedEvent.id)
        .join(FeedArchive)
        .join(Article, Article.id == FeedEvent.article_id)
        .where(FeedArchive.scope == scope.key, FeedArchive.number == number)
        .order_by(FeedArchiveItem.position.desc())
    )
    rows = session.execute(query).all()
    if not rows:
        raise ResourceNotFound(f"there is no archive {number} of this feed")
    return [(one, status, uid, changed_at) for one, status, uid, changed_at in rows]


def last_notifiable_change(session: Session, scope: Scope) -> datetime | None:
    """The last change that hubs of the scope are notified of."""
    if not scope.author:
        return last_change(session, scope)
    return session.scalars(
        select(func.max(Article.changed_at)).where(*_in_scope(session, scope))
    ).one()


def notice(session: Session, hub: str, scope: Scope) -> HubNotice:
    """The state of a hub and feed; a new row if there is none."""
    row = session.get(HubNotice, (hub, scope.key))
    if row is None:
        row = HubNotice(hub=hub, scope=scope.key, failures=0, last_error="")
        session.add(row)
        session.flush()
    return row


def lease_notice(
    session: Session, hub: str, scope: Scope, *, change: datetime, now: datetime, until: datetime
) -> bool:
    """Lease the notification of a change; False if another process has it or it is done."""
    notice(session, hub, scope)
    is_untold = or_(HubNotice.told_change.is_(None), HubNotice.told_change < change)
    is_free = or_(HubNotice.next_attempt_at.is_(None), HubNotice.next_attempt_at <= now)
    leased = (
        update(HubNotice)
        .where(HubNotice.hub == hub, HubNotice.scope == scope.key, is_free, is_untold)
        .values(next_attempt_at=until)
        .returning(HubNotice.hub)
    )
    return session.execute(leased).first() is not None


def notices(session: Session, hub: str) -> dict[str, HubNotice]:
    """The notification states of a hub, by scope."""
    rows = session.scalars(select(HubNotice).where(HubNotice.hub == hub))
    return {notice.scope: notice for notice in rows}


def all_notices(session: Session) -> list[HubNotice]:
    return list(session.scalars(select(HubNotice).order_by(HubNotice.hub, HubNotice.scope)))


def private_feed(session: Session, number: int) -> PrivateFeed | None:
    return session.get(PrivateFeed, number)


def private_feeds_of(session: Session, subscriber_id: int) -> list[PrivateFeed]:
    """All private feeds of the subscriber, revoked ones too, oldest first."""
    query = select(PrivateFeed).where(PrivateFeed.subscriber_id == subscriber_id)
    return list(session.scalars(query.order_by(PrivateFeed.id)))


_ONCE_PUBLIC = (ArticleStatus.PUBLISHED, ArticleStatus.WITHDRAWN)
_PUBLISHED = Article.status == ArticleStatus.PUBLISHED


def _in_scope(session: Session, scope: Scope) -> Collection[ColumnElement[bool]]:
    if scope.author:
        return [Article.author.in_(_author(session, scope).names)]
    if scope.topics:
        filed = select(article_topics.c.article_id).join(Topic).where(Topic.slug.in_(scope.topics))
        return [Article.id.in_(filed)]
    return []


def _author(session: Session, scope: Scope) -> articles.AuthorCount:
    author = next((a for a in articles.authors(session) if a.slug == scope.author), None)
    if author is None:
        raise ResourceNotFound(f"nothing by an author called {scope.author[:80]!r} is published")
    return author


def _in_archives(scope: Scope, kind: FeedEventKind) -> Select[int]:
    """The article's events of a kind in the scope's archives."""
    return (
        select(FeedEvent.id)
        .join(FeedArchiveItem, FeedArchiveItem.event_id == FeedEvent.id)
        .join(FeedArchive)
        .where(
            FeedArchive.scope == scope.key,
            FeedEvent.kind == kind,
            FeedEvent.article_id == Article.id,
        )
        .correlate(Article, Correction)
    )
