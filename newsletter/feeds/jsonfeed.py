"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json
from typing import Any

from newsletter.feeds.documents import Entry, FeedInfo, tidy

VERSION = "https://jsonfeed.org/version/1.1"


def write_json(info: FeedInfo, entries: tuple[Entry, ...]) -> bytes:
    """The JSON Feed document."""
    info, entries = tidy(info, entries)
    document = {
        "version": VERSION,
        "title": info.title,
        "home_page_url": info.site_url,
        "feed_url": info.self_url,
        "description": info.description,
        "language": info.language,
        "authors": [{"name": info.author}],
        "items": [_item(info, entry) for entry in entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _item(info: FeedInfo, entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content_html,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.author}],
        "tags": [name for _, name in entry.topics],
        "language": info.language,
    }
    if entry.image:
        item["image"] = entry.image.url
    return item
