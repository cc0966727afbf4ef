"""JSON Feed 1.1, and helpers shared with the XML feeds."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from newsletter.articles.body.attachments import Attachment
from newsletter.articles.body.urls import absolute_address
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
from newsletter.articles.importers.formats.text import paragraphs_of
from newsletter.articles.importers.markup.leftover_marks import strip_marks
from newsletter.articles.importers.values.dates import read_moment
from newsletter.articles.importers.values.json_values import parse_json

VERSION = "jsonfeed.org/version/"
FIRST_MET = "without a date that can be read: the time at which it was first met was taken"
HINT = "a JSON Feed is an object with version, title and items"


def is_json_feed(text: str) -> bool:
    """Whether it names the version; the members of an object are in any order."""
    return any(VERSION in part.replace("\\/", "/") for part in (text[:2000], text[-2000:]))


def read(text: str, name: str, context: ImportContext) -> Iterator[Record | BadRecord]:
    """One article an item."""
    feed = _parsed(text)
    home = _text(feed, "home_page_url") or _text(feed, "feed_url") or name
    default = _author(feed)
    for number, item in enumerate(feed["items"] or (), start=1):
        where = f"{name}, item {number}"
        yield attempt(where, partial(_record, item, where, home, default, context))


def _parsed(text: str) -> dict[str, Any]:
    try:
        feed = parse_json(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"it is not JSON: {error}", "check the address or the file") from error
    if not isinstance(feed, dict) or VERSION not in str(feed.get("version")):
        raise Unreadable("it is JSON, but not a JSON Feed", HINT)
    # Required (JSON Feed 1.1, "Top-level"); a feed that has none yet is written without by some.
    if not isinstance(feed.setdefault("items", []), list | None):
        raise Unreadable("the feed's items are no list", HINT)
    return feed


def _record(item: Any, where: str, home: str, author: str, context: ImportContext) -> Record:
    if not isinstance(item, dict):
        raise Unreadable("it is not an item", HINT)
    notes: list[str] = []
    title = _text(item, "title")
    cleared = strip_marks(_body(item), title)
    body = cleared.text
    written = _text(item, "url") or _text(item, "external_url") or _id_as_link(item, body)
    link = absolute_address(written, home) or "" if written else ""
    published = _moment(item, "date_published", context, notes)
    updated = _moment(item, "date_modified", context, notes)
    published_at = published or updated
    if published_at is None:
        notes.append(FIRST_MET)
    key = global_key(_text(item, "id") or link, home)
    record = Record(
        source="feed",
        source_key=key or fingerprint_of(published_at, title or body[:500], context.zone),
        explicit_key=bool(key),
        title=title,
        body_html=body,
        published_at=published_at,
        where=where,
        summary=_text(item, "summary"),
        author=_author(item) or author,
        topics=_tags(item),
        image_url=_text(item, "image") or _text(item, "banner_image"),
        canonical_url=link,
        base_url=link or home,
        updated_at=updated,
        attachments=tuple(_attachments(item)),
        title_is_enough=True,
        notes=(*notes, *cleared.notes),
    )
    return checked(record, context)


def _body(item: dict[str, Any]) -> str:
    """The text of an item, as HTML; its summary stands in for none."""
    texts = (_text(item, field) for field in ("content_text", "summary"))
    plain = next((text for text in texts if text.strip()), "")
    html = _text(item, "content_html")
    return html if html.strip() else paragraphs_of(plain)


def _id_as_link(item: dict[str, Any], body: str) -> str:
    """The id of an item without text, which is ideally its address (JSON Feed 1.1, Items)."""
    number = _text(item, "id")
    return number if not body and number.startswith(("https://", "http://")) else ""


def _moment(
    item: dict[str, Any], field: str, context: ImportContext, notes: list[str]
) -> datetime | None:
    value = item.get(field)
    if value in (None, ""):
        return None
    try:
        moment = read_moment(value, context.zone)
    except Unreadable as error:
        notes.append(f"{field} was left out: {error.what}")
        return None
    if moment.reading and field == "date_published":
        notes.append(f"date read as {moment.reading}")
    return moment.at


def global_key(key: str, home: str) -> str:
    """The key, prefixed with the feed's home if it is not a URI."""
    return key if not key or ":" in key else f"{home} {key}"


def _text(item: dict[str, Any], field: str) -> str:
    """The text; empty where there is none or something else."""
    value = item.get(field)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _attachments(item: dict[str, Any]) -> Iterator[Attachment]:
    attachments = item.get("attachments")
    for one in attachments if isinstance(attachments, list) else ():
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
