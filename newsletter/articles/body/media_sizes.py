"""Sizes of pictures and media files, which feed enclosures must state.

RSS 2.0 requires the length of an enclosure. Each URL gets a HEAD request after the article is
stored, until it answers or has failed three times: imports wait for no server.
"""

from collections.abc import Callable, Iterable
from typing import Any

from newsletter.articles import store
from newsletter.articles.body.attachments import linked_in, type_of
from newsletter.articles.models import Article
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import FetchError
from newsletter.http_client.fetching import Size

# Articles a run; the rest is left to the next run.
MAX_ARTICLES = 50
# Attempts for each URL, one a run.
MAX_ASKED = 3

MediaLength = Callable[[str], Size]
"""The Content-Length of a URL; raises FetchError without one."""


def update_media_sizes(database: Database, ask: MediaLength, clock: Clock) -> int:
    """Request the missing sizes; the number of articles processed."""
    with database.read() as session:
        due = store.unmeasured(session, MAX_ARTICLES)
    for article in due:
        media = [_measured(one, ask) for one in media_of(article)]
        with database.write() as session:
            stored = store.get(session, article.id)
            if stored.changed_at != article.changed_at:
                continue  # changed meanwhile; still due
            fields_before, stored.media = _feed_fields(stored.media), media
            stored.is_measured = all(one["length"] or one["asked"] >= MAX_ASKED for one in media)
            if _feed_fields(media) != fields_before:
                store.mark_changed(stored, store.begin_change(session, clock.now()))
    return len(due)


def media_of(article: Article) -> list[dict[str, Any]]:
    """The article's picture and linked files, with what is known of each."""
    media_by_url = {one["url"]: one for one in article.media}
    types = {url: one["type"] for url, one in media_by_url.items()}
    urls = [article.image_url] if article.image_url else []
    urls += [one.url for one in linked_in(article.body_html, types)]
    return [
        media_by_url.get(url) or {"url": url, "type": type_of(url), "length": 0, "asked": 0}
        for url in dict.fromkeys(urls)
    ]


def declared(attachments: Iterable[Any]) -> list[dict[str, Any]]:
    """Attachments as declared by the source, in stored form."""
    return [
        {"url": one.url, "type": one.type, "length": one.length_bytes, "asked": 0}
        for one in attachments
    ]


def _measured(one: dict[str, Any], ask: MediaLength) -> dict[str, Any]:
    if one["length"]:
        return one
    try:
        size = ask(one["url"])
    except FetchError:
        return {**one, "asked": one["asked"] + 1}
    properties = {"length": size.length_bytes, "type": one["type"] or size.content_type}
    return {**one, **properties, "asked": MAX_ASKED}


def _feed_fields(media: Iterable[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """The fields that appear in feeds."""
    return [(one["url"], one["type"], one["length"]) for one in media]
