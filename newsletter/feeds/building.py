"""Feeds of the stored articles: what goes in, under which addresses, as bytes with validators.

Built once for each change of the articles and kept in the process (`FeedShelf`). Serving and
compressing are the site's business, writing files is `feeds.files`'s.
"""

import hashlib
import mimetypes
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from newsletter.articles import store
from newsletter.articles.identity import tag_uri
from newsletter.articles.models import Article
from newsletter.config.options import Config, Imprint
from newsletter.errors import ResourceNotFound
from newsletter.feeds.documents import NEVER, Entry, FeedInfo, FeedKind, Image
from newsletter.feeds.jsonfeed import write_json
from newsletter.feeds.xml import write_atom, write_rss

WRITERS = {FeedKind.ATOM: write_atom, FeedKind.RSS: write_rss, FeedKind.JSON: write_json}
# RFC 4151 wants a date in an id; where site.tag gives none, one that never changes.
TAG_YEAR = 2026


@dataclass(frozen=True, kw_only=True)
class FeedDocument:
    """A feed as it is served and written to disk."""

    content: bytes
    content_type: str
    etag: str
    """Strong and quoted (RFC 9110 section 8.8.3), from the bytes."""
    last_modified: datetime


class FeedShelf:
    """The feeds of one site, each built anew only when its articles have changed."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._documents: dict[tuple[FeedKind, str | None], tuple[Hashable, FeedDocument]] = {}
        self._lock = Lock()

    def get(self, session: Session, kind: FeedKind, topic: str | None = None) -> FeedDocument:
        """The feed as it stands now.

        Raises:
            ResourceNotFound: no such topic.
        """
        version = store.last_change(session, topic)
        with self._lock:
            kept = self._documents.get((kind, topic))
        if kept and kept[0] == version and version is not None:
            return kept[1]
        document = build(session, self._config, kind, topic)
        with self._lock:
            self._documents[kind, topic] = (version, document)
        return document


def build(
    session: Session, config: Config, kind: FeedKind, topic: str | None = None
) -> FeedDocument:
    """The feed of all articles or of one topic.

    Raises:
        ResourceNotFound: no such topic.
    """
    info = _info(config, kind, topic, _topic_name(session, topic))
    slugs = (topic,) if topic else ()
    articles = store.published(session, slugs, limit=config.feeds.entries)
    entries = tuple(_entry(article, config.site.base_url) for article in articles)
    content = WRITERS[kind](info, entries)
    return FeedDocument(
        content=content,
        content_type=kind.content_type,
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        last_modified=store.last_change(session, topic) or NEVER,
    )


def feed_path(kind: FeedKind, topic: str | None = None) -> str:
    """Where a feed stands below the site's address, and below a folder of static files."""
    folder = f"topics/{topic}/" if topic else ""
    return f"{folder}feed.{kind.value}"


def imprint_line(imprint: Imprint) -> str:
    """The imprint as one sentence; empty where there is no promoter."""
    if not imprint.promoter:
        return ""
    promoter = ", ".join(p for p in (imprint.promoter, imprint.promoter_address) if p)
    other = ", ".join(p for p in (imprint.on_behalf_of, imprint.on_behalf_of_address) if p)
    line = f"Promoted by {promoter}"
    return f"{line}, on behalf of {other}." if imprint.on_behalf_of else f"{line}."


def _topic_name(session: Session, topic: str | None) -> str:
    if topic is None:
        return ""
    names = {found.slug: found.name for found in store.topics(session)}
    if topic not in names:
        raise ResourceNotFound(f"there is no topic {topic!r}; see: newsletter articles topics")
    return names[topic]


def _info(config: Config, kind: FeedKind, topic: str | None, topic_name: str) -> FeedInfo:
    site = config.site
    return FeedInfo(
        id=tag_uri(site.tag, site.base_url, TAG_YEAR, f"feed/{topic}" if topic else "feed"),
        title=f"{site.name}: {topic_name}" if topic else site.name,
        subtitle=site.description,
        imprint=imprint_line(site.imprint),
        author=site.name,
        language=site.language,
        self_url=f"{site.base_url}/{feed_path(kind, topic)}",
        site_url=f"{site.base_url}/topics/{topic}" if topic else f"{site.base_url}/",
        ttl_minutes=max(1, round(config.feeds.max_age.total_seconds() / 60)),
    )


def _entry(article: Article, base_url: str) -> Entry:
    return Entry(
        id=article.uid,
        url=f"{base_url}/articles/{article.slug}",
        title=article.title,
        summary=article.summary,
        content_html=article.body_html,
        author=article.author,
        published=article.published_at,
        updated=article.updated_at,
        topics=tuple((topic.slug, topic.name) for topic in article.topics),
        image=_image(article.image_url),
    )


def _image(url: str) -> Image | None:
    if not url:
        return None
    kind = mimetypes.guess_type(urlsplit(url).path)[0] or ""
    return Image(url=url, type=kind if kind.startswith("image/") else "image/jpeg")
