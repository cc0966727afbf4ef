"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json
from datetime import UTC, datetime
from typing import Any

from newsletter.feeds.documents import Entry, FeedInfo, clean, clean_line

VERSION = "https://jsonfeed.org/version/1.1"


def write_json(info: FeedInfo, entries: tuple[Entry, ...]) -> bytes:
    """The JSON Feed document."""
    document = {
        "version": VERSION,
        "title": clean_line(info.title, "Untitled"),
        "home_page_url": info.site_url,
        "feed_url": info.self_url,
        "description": clean_line(info.description, "Untitled"),
        "language": info.language,
        "authors": [{"name": clean_line(info.author, "Untitled")}],
        "items": [_item(info, entry) for entry in entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _item(info: FeedInfo, entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": clean_line(entry.title, "Untitled"),
        "summary": clean_line(entry.summary, clean_line(entry.title, "Untitled")),
        "content_html": clean(entry.content_html),
        "date_published": _timestamp(entry.published),
        "date_modified": _timestamp(entry.updated),
        "authors": [{"name": clean_line(entry.author, info.author)}],
        "tags": [clean_line(name, slug) for slug, name in entry.topics],
        "language": info.language,
    }
    if entry.image:
        item["image"] = clean(entry.image.url)
    return item


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
