"""From a stored article or correction to what a feed says of it; and frozen for the archives."""

import mimetypes
from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html

from newsletter.articles.models import Correction
from newsletter.feeds.documents import Entry, Media
from newsletter.feeds.store import Told

# Linked from a text, these are attached to the entry as well; a link to a page is not.
ATTACHED = ("audio/", "video/", "application/pdf", "application/epub+zip")
# Where on an article's page its corrections stand.
ANCHOR = "corrections"


def entry_of(article: Told, base_url: str, *, is_excerpt: bool) -> Entry:
    """An article as it now is."""
    return Entry(
        id=article.uid,
        url=article_url(article, base_url),
        title=article.title,
        summary=article.summary,
        content_html="" if is_excerpt else article.body_html,
        author=article.author,
        published=article.published_at,
        updated=article.updated_at,
        topics=article.topics,
        image=image_of(article.image_url),
        enclosures=tuple(enclosures_in(article.body_html)),
    )


def entry_of_correction(correction: Correction, article: Told, base_url: str) -> Entry:
    """A correction as an entry of its own: a changed article alone would be shown to nobody."""
    url = article_url(article, base_url)
    note, title = escape(correction.note), escape(article.title)
    return Entry(
        id=f"{article.uid}/correction/{correction.number}",
        url=f"{url}#{ANCHOR}",
        title=f"Correction: {article.title}",
        summary=correction.note,
        content_html=f'<p>{note}</p><p>The article: <a href="{escape(url)}">{title}</a></p>',
        author=article.author,
        published=correction.at,
        updated=correction.at,
        topics=article.topics,
    )


def article_url(article: Told, base_url: str) -> str:
    return f"{base_url}/articles/{article.slug}"


def image_of(url: str) -> Media | None:
    """An article's picture."""
    if not url:
        return None
    kind = _type_of(url)
    return Media(url=url, type=kind if kind.startswith("image/") else "image/jpeg")


def enclosures_in(body: str) -> Iterator[Media]:
    """The recordings and papers that a text links to, each once."""
    if "<a" not in body:
        return
    seen = set()
    for link in html.fragment_fromstring(body, create_parent="div").iter("a"):
        url = link.get("href", "")
        kind = _type_of(url)
        if kind.startswith(ATTACHED) and url.startswith("http") and url not in seen:
            seen.add(url)
            yield Media(url=url, type=kind, title=" ".join(link.text_content().split()))


def _type_of(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return mimetypes.guess_type(unquote(path))[0] or ""


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
    """The entry that was frozen."""
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
