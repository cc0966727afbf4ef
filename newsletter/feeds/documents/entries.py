"""Feed entries of articles and corrections, and their frozen form in archives."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from newsletter.articles.body.attachments import linked_in, type_of
from newsletter.articles.body.urls import resolved
from newsletter.articles.models import Correction
from newsletter.feeds.documents.content import Entry, Media
from newsletter.feeds.store import FeedArticle

MICROSECONDS = 1_000_000
# Fragment of the corrections on an article's page.
ANCHOR = "corrections"

Known = Mapping[str, Mapping[str, Any]]
"""`Article.media` by URL."""


def entry_of(article: FeedArticle, base_url: str, *, is_excerpt: bool) -> Entry:
    """The entry of an article in its current form."""
    media_by_url = {one["url"]: one for one in article.media}
    url = article_url(article, base_url)
    body = resolved(article.body_html, base_url, page=url)
    return Entry(
        id=article.uid,
        url=url,
        title=article.title,
        summary=article.summary,
        content_html="" if is_excerpt else body,
        author=article.author,
        published=article.published_at.replace(microsecond=0),
        updated=_with_fraction(article.updated_at, article.id),
        topics=article.topics,
        image=image_of(article.image_url, media_by_url),
        enclosures=tuple(enclosures_in(body, media_by_url)),
    )


def entry_of_correction(correction: Correction, article: FeedArticle, base_url: str) -> Entry:
    """A correction as an entry of its own, since readers do not show changes of an old one."""
    url = article_url(article, base_url)
    note, title = escape(correction.note), escape(article.title)
    return Entry(
        id=f"{article.uid}/correction/{correction.number}",
        url=f"{url}#{ANCHOR}",
        title=f"Correction: {article.title}",
        summary=correction.note,
        content_html=f'<p>{note}</p><p>The article: <a href="{escape(url)}">{title}</a></p>',
        author=article.author,
        published=correction.at.replace(microsecond=0),
        updated=_with_fraction(correction.at, MICROSECONDS // 2 + article.id + correction.number),
        topics=article.topics,
    )


def article_url(article: FeedArticle, base_url: str) -> str:
    return f"{base_url}/articles/{article.slug}"


def _with_fraction(moment: datetime, number: int) -> datetime:
    """The moment with a fraction of a second unique to the article: imports often share one.

    Entries with the same `updated` cannot be ordered (RFC 4287 section 4.1.2).
    """
    return moment.replace(microsecond=number % MICROSECONDS)


def image_of(url: str, media_by_url: Known | None = None) -> Media | None:
    """An article's picture."""
    if not url:
        return None
    properties = (media_by_url or {}).get(url, {})
    kind = properties.get("type") or type_of(url)
    is_image = kind.startswith("image/")
    return Media(
        url=url,
        type=kind if is_image else "image/jpeg",
        length=properties.get("length", 0),
    )


def enclosures_in(body: str, media_by_url: Known | None = None) -> Iterator[Media]:
    """The recordings and documents that a body links to, each once."""
    about = media_by_url or {}
    types = {url: one["type"] for url, one in about.items()}
    for one in linked_in(body, types):
        length = about.get(one.url, {}).get("length", 0)
        yield Media(url=one.url, type=one.type, length=length, title=one.title)


def freeze(entry: Entry) -> dict[str, Any]:
    """The entry as JSON, for an archive."""
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content_html,
        "author": entry.author,
        "published": entry.published.isoformat(),
        "updated": entry.updated.isoformat(),
        "topics": [list(topic) for topic in entry.topics],
        "image": entry.image and vars(entry.image),
        "enclosures": [vars(media) for media in entry.enclosures],
    }


def thaw(frozen: dict[str, Any], *, is_excerpt: bool) -> Entry:
    """The entry of its frozen form."""
    return Entry(
        **{
            **frozen,
            "content_html": "" if is_excerpt else frozen["content_html"],
            "published": datetime.fromisoformat(frozen["published"]),
            "updated": datetime.fromisoformat(frozen["updated"]),
            "topics": tuple((slug, name) for slug, name in frozen["topics"]),
            "image": frozen["image"] and Media(**frozen["image"]),
            "enclosures": tuple(Media(**media) for media in frozen["enclosures"]),
        }
    )
