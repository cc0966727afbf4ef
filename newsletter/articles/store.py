"""Every query on articles, topics and polled feeds. Never commits."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select, text
from sqlalchemy.orm import Session

from newsletter.articles.identity import topic_slug
from newsletter.articles.models import (
    Article,
    ArticleStatus,
    Correction,
    FeedSource,
    Topic,
    article_topics,
)
from newsletter.articles.search import matching
from newsletter.errors import ResourceNotFound

PAGE = 50
Key = tuple[str, str]
MAX_ID = 2**63 - 1
# PostgreSQL advisory lock held by transactions that change articles, so that `changed_at` follows
# commit order. An arbitrary constant.
CHANGE_LOCK = 7_203_711


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicCount:
    """A topic and the number of its published articles."""

    slug: str
    name: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorCount:
    """An author and the number of their published articles.

    Args:
        name: the most frequent spelling.
        names: every spelling with this slug.
    """

    slug: str
    name: str
    names: tuple[str, ...]
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredArticle:
    """The fields that an import compares."""

    id: int
    source: str
    source_key: str
    key_is_explicit: bool
    fingerprint: str
    content_hash: str
    title: str


def published(
    session: Session,
    topic_slugs: Collection[str] = (),
    limit: int = PAGE,
    offset: int = 0,
    authors: Collection[str] = (),
) -> list[Article]:
    """Published articles of any of the topics, or all, newest first."""
    return listed(
        session, ArticleStatus.PUBLISHED, topic_slugs, limit=limit, offset=offset, authors=authors
    )


def listed(
    session: Session,
    status: ArticleStatus | None = None,
    topic_slugs: Collection[str] = (),
    *,
    limit: int = PAGE,
    offset: int = 0,
    authors: Collection[str] = (),
) -> list[Article]:
    """Articles with a status, or all, newest first."""
    query = (
        select(Article)
        .where(*_conditions(status, topic_slugs, authors))
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return list(session.scalars(query))


def count(
    session: Session,
    status: ArticleStatus | None = ArticleStatus.PUBLISHED,
    topic_slugs: Collection[str] = (),
    authors: Collection[str] = (),
) -> int:
    conditions = _conditions(status, topic_slugs, authors)
    return session.scalars(select(func.count(Article.id)).where(*conditions)).one()


def _conditions(
    status: ArticleStatus | None, topic_slugs: Collection[str], authors: Collection[str]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if status is not None:
        conditions.append(Article.status == status)
    if topic_slugs:
        filed = select(article_topics.c.article_id).join(Topic).where(Topic.slug.in_(topic_slugs))
        conditions.append(Article.id.in_(filed))
    if authors:
        conditions.append(Article.author.in_(authors))
    return conditions


def get(session: Session, reference: str | int) -> Article:
    """The article with this number, tag or slug.

    Raises:
        ResourceNotFound: there is none.
    """
    words = str(reference).strip()
    if words.isascii() and words.isdigit():
        article = session.get(Article, int(words)) if int(words) <= MAX_ID else None
    else:
        name = Article.uid if words.startswith("tag:") else Article.slug
        article = session.scalars(select(Article).where(name == words)).first()
    if article is None:
        raise ResourceNotFound(
            f"there is no article {words[:200]!r}; see: newsletter articles list"
        )
    return article


def by_slug(session: Session, slug: str) -> Article:
    """The article with this slug.

    Raises:
        ResourceNotFound: there is none.
    """
    article = session.scalars(select(Article).where(Article.slug == slug)).first()
    if article is None:
        raise ResourceNotFound(f"there is no article {slug[:200]!r}; see: newsletter articles list")
    return article


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Article]:
    return {
        article.id: article
        for article in session.scalars(select(Article).where(Article.id.in_(ids)))
    }


def search(session: Session, query: str, limit: int = PAGE, offset: int = 0) -> list[Article]:
    """Published articles that contain every word of the query, best match first."""
    statement = matching(query, session.get_bind().dialect.name)
    if statement is None:
        return []
    statement = (
        statement.where(Article.status == ArticleStatus.PUBLISHED).limit(limit).offset(offset)
    )
    return list(session.scalars(statement))


def topics(session: Session) -> list[TopicCount]:
    """All topics by name, with the number of their published articles."""
    # From the index of states: an article's own row is long.
    published = select(Article.id).where(Article.status == ArticleStatus.PUBLISHED)
    is_published = case((article_topics.c.article_id.in_(published), 1), else_=0)
    query = (
        select(Topic.slug, Topic.name, func.sum(is_published))
        .outerjoin(article_topics, article_topics.c.topic_id == Topic.id)
        .group_by(Topic.id, Topic.slug, Topic.name)
        .order_by(func.lower(Topic.name), Topic.slug)
    )
    return [
        TopicCount(slug=slug, name=name, count=int(n)) for slug, name, n in session.execute(query)
    ]


def authors(session: Session) -> list[AuthorCount]:
    """All authors of published articles, by name."""
    query = (
        select(Article.author, func.count())
        .where(Article.status == ArticleStatus.PUBLISHED, Article.author != "")
        .group_by(Article.author)
        .order_by(func.count().desc(), Article.author)
    )
    counts: dict[str, AuthorCount] = {}
    for name, number in session.execute(query):
        slug = topic_slug(name)
        earlier = counts.get(slug)
        counts[slug] = AuthorCount(
            slug=slug,
            name=earlier.name if earlier else name,
            names=(*earlier.names, name) if earlier else (name,),
            count=(earlier.count if earlier else 0) + number,
        )
    return sorted(counts.values(), key=lambda author: (author.name.casefold(), author.slug))


def addresses(session: Session, limit: int, offset: int = 0) -> list[tuple[str, datetime]]:
    """Slug and last change of the published articles, oldest first, so that pages are stable."""
    query = select(Article.slug, Article.updated_at).where(
        Article.status == ArticleStatus.PUBLISHED
    )
    rows = session.execute(query.order_by(Article.id).limit(limit).offset(offset))
    return [(slug, updated_at) for slug, updated_at in rows]


def corrections(session: Session, article_ids: Collection[int]) -> list[Correction]:
    """The corrections of these articles, oldest first."""
    query = select(Correction).where(Correction.article_id.in_(article_ids))
    return list(session.scalars(query.order_by(Correction.at, Correction.number)))


def get_or_create_topics(
    session: Session, names: Iterable[str], most: int | None = None
) -> list[Topic]:
    """The topics with these names or slugs; missing ones are created, the first first.

    Args:
        most: how many topics the site may have then; what is more is left out.
    """
    names_by_slug = {topic_slug(name): name for name in reversed(list(names))}
    query = select(Topic).where(Topic.slug.in_(names_by_slug))
    topics_by_slug = {topic.slug: topic for topic in session.scalars(query)}
    missing = [slug for slug in reversed(names_by_slug) if slug not in topics_by_slug]
    if most is not None and missing:
        stored_count = session.scalar(select(func.count()).select_from(Topic)) or 0
        missing = missing[: max(0, most - stored_count)]
    for slug in missing:
        topics_by_slug[slug] = Topic(slug=slug, name=names_by_slug[slug])
        session.add(topics_by_slug[slug])
    return [topics_by_slug[slug] for slug in sorted(topics_by_slug)]


def begin_change(session: Session, now: datetime) -> datetime:
    """Lock, and return a timestamp later than that of any earlier change."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHANGE_LOCK})
    newest = last_change(session)
    return now if newest is None else max(now, newest + timedelta(microseconds=1))


def unmeasured(session: Session, limit: int) -> list[Article]:
    """Published articles whose media sizes are missing, newest first."""
    query = select(Article).where(
        Article.is_measured.is_(False), Article.status == ArticleStatus.PUBLISHED
    )
    return list(session.scalars(query.order_by(Article.published_at.desc()).limit(limit)))


def due_for_publication(session: Session, now: datetime) -> list[Article]:
    """Scheduled articles that are due, earliest first."""
    query = select(Article).where(
        Article.status == ArticleStatus.SCHEDULED, Article.published_at <= now
    )
    return list(session.scalars(query.order_by(Article.published_at, Article.id)))


def mark_changed(article: Article, changed_at: datetime, left: Iterable[Topic] = ()) -> None:
    """Mark an article, its topics and those it left as changed.

    Args:
        changed_at: from `begin_change` in this transaction.
    """
    article.changed_at = changed_at
    for topic in (*article.topics, *left):
        topic.changed_at = changed_at


def last_change(session: Session, topic: str | None = None) -> datetime | None:
    """Last visible change of all articles, or of a topic.

    Advances with every change, withdrawals and departures from the topic included, and never goes
    back: suitable for caches and Last-Modified.
    """
    newest = select(func.max(Article.changed_at))
    if topic is None:
        return session.scalars(newest).one()
    filed = newest.join(article_topics).join(Topic).where(Topic.slug == topic)
    noted = select(Topic.changed_at).where(Topic.slug == topic)
    moments = (session.scalars(filed).one(), session.scalars(noted).first())
    return max((moment for moment in moments if moment), default=None)


def set_status(
    session: Session, reference: str | int, status: ArticleStatus, now: datetime
) -> bool:
    """Set the status of an article; False if unchanged.

    Raises:
        ResourceNotFound: there is no such article.
    """
    article = get(session, reference)
    if article.status is status:
        return False
    changed_at = begin_change(session, now)
    article.status = status
    mark_changed(article, changed_at)
    return True


def stored_under(session: Session, keys: Collection[Key]) -> dict[Key, StoredArticle]:
    """Articles by source and key."""
    stored: list[StoredArticle] = []
    for source in {source for source, _ in keys}:
        names = [key for other, key in keys if other == source]
        stored += _stored(session, Article.source == source, Article.source_key.in_(names))
    return {(row.source, row.source_key): row for row in stored}


def stored_by_fingerprint(
    session: Session, fingerprints: Collection[str]
) -> dict[str, StoredArticle]:
    """The oldest article of each fingerprint whose key is a file's name."""
    is_implicit = Article.key_is_explicit.is_(False)
    stored = _stored(session, Article.fingerprint.in_(fingerprints), is_implicit)
    return {row.fingerprint: row for row in stored}


def _stored(session: Session, *conditions: ColumnElement[bool]) -> list[StoredArticle]:
    query = select(
        Article.id,
        Article.source,
        Article.source_key,
        Article.key_is_explicit,
        Article.fingerprint,
        Article.content_hash,
        Article.title,
    )
    rows = session.execute(query.where(*conditions).order_by(Article.id.desc()))
    return [StoredArticle(**row) for row in rows.mappings()]


def taken_slugs(session: Session, slugs: Sequence[str]) -> set[str]:
    return set(session.scalars(select(Article.slug).where(Article.slug.in_(slugs))))


def taken_uids(session: Session, uids: Sequence[str]) -> set[str]:
    return set(session.scalars(select(Article.uid).where(Article.uid.in_(uids))))


def known_source(session: Session, url: str) -> FeedSource | None:
    """The stored state of a polled feed, if it was ever polled."""
    return session.get(FeedSource, url)


def polled_addresses(session: Session) -> list[str]:
    """The URLs of all feeds ever polled."""
    return list(session.scalars(select(FeedSource.url).order_by(FeedSource.url)))


def feed_source(session: Session, url: str) -> FeedSource:
    """The stored state of a polled feed; a new row if it was never polled."""
    feed_source = session.get(FeedSource, url)
    if feed_source is None:
        feed_source = FeedSource(url=url, etag="", last_modified="", last_error="")
        session.add(feed_source)
    return feed_source
