"""JSON Feed 1.1, and what it shares with the feeds in XML."""

import json
from collections.abc import Iterator
from functools import partial
from html import escape
from typing import Any

from newsletter.articles.attachments import Attachment
from newsletter.articles.identity import fingerprint_of
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Record,
    Unreadable,
    attempt,
    checked,
    one_line,
)
from newsletter.articles.importers.dates import moment_of
from newsletter.articles.importers.json_values import parse_json
from newsletter.articles.importers.text import paragraphs_of
from newsletter.articles.sanitising import summary_of, text_of

VERSION = "jsonfeed.org/version/"
MEND = "a JSON Feed is an object with version, title and items"


def is_json_feed(text: str) -> bool:
    return VERSION in text[:2000].replace("\\/", "/")


def read(text: str, name: str, context: ImportContext) -> Iterator[Record | BadRecord]:
    """One article an item."""
    feed = _parsed(text)
    home = _text(feed, "home_page_url") or _text(feed, "feed_url") or name
    default = _author(feed)
    for number, item in enumerate(feed["items"], start=1):
        where = f"{name}, item {number}"
        yield attempt(where, partial(_record, item, where, home, default, context))


def _parsed(text: str) -> dict[str, Any]:
    try:
        feed = parse_json(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"it is not JSON: {error}", "check the address or the file") from error
    if not isinstance(feed, dict) or VERSION not in str(feed.get("version")):
        raise Unreadable("it is JSON, but not a JSON Feed", MEND)
    if not isinstance(feed.get("items"), list):
        raise Unreadable("the feed has no items", MEND)
    return feed


def _record(item: Any, where: str, home: str, author: str, context: ImportContext) -> Record:
    if not isinstance(item, dict):
        raise Unreadable("it is not an item", MEND)
    body = _text(item, "content_html") or paragraphs_of(_text(item, "content_text"))
    title = _text(item, "title") or summary_of(text_of(body), 80)
    link = _text(item, "url") or _text(item, "external_url")
    published, updated = _text(item, "date_published"), _text(item, "date_modified")
    published_at = moment_of(published or updated, context.zone) if published or updated else None
    key = global_key(_text(item, "id") or link, home)
    record = Record(
        source="feed",
        source_key=key or fingerprint_of(published_at, title, context.zone),
        explicit_key=bool(key),
        title=title,
        body_html=body or pointer(link, title),
        published_at=published_at,
        where=where,
        summary=_text(item, "summary"),
        author=_author(item) or author,
        topics=_tags(item),
        image_url=_text(item, "image") or _text(item, "banner_image"),
        canonical_url=link,
        updated_at=moment_of(updated, context.zone) if updated else None,
        attachments=tuple(_attachments(item)),
    )
    return checked(record, context)


def global_key(key: str, home: str) -> str:
    """The key, told apart from the same number in another feed where it is no URI."""
    return key if not key or ":" in key else f"{home} {key}"


def pointer(link: str, title: str) -> str:
    """The body of an entry that is only a title and a link."""
    return f'<p><a href="{escape(link)}">{escape(title)}</a></p>' if link and title else ""


def _text(item: dict[str, Any], field: str) -> str:
    value = item.get(field)
    if isinstance(value, int | float) and field == "id":
        return str(value)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"{field} is not a text", f"write {field} as one text")
    return value or ""


def _attachments(item: dict[str, Any]) -> Iterator[Attachment]:
    found = item.get("attachments")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict) and isinstance(one.get("url"), str):
            size, kind, title = (one.get(k) for k in ("size_in_bytes", "mime_type", "title"))
            yield Attachment(
                url=one["url"],
                type=kind if isinstance(kind, str) else "",
                title=one_line(title) if isinstance(title, str) else "",
                length_bytes=size if isinstance(size, int) and size > 0 else 0,
            )


def _author(item: dict[str, Any]) -> str:
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    names = [person.get("name") for person in people if isinstance(person, dict)]
    return ", ".join(name for name in names if isinstance(name, str))


def _tags(item: dict[str, Any]) -> tuple[str, ...] | None:
    tags = item.get("tags")
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else None
