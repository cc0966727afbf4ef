"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json
from functools import lru_cache
from typing import Any

from newsletter.feeds.documents.content import (
    Entry,
    FeedInfo,
    Media,
    convert_each,
    tidy_entry,
    tidy_info,
)
from newsletter.feeds.documents.xml_elements import CACHED_ENTRIES

VERSION = "https://jsonfeed.org/version/1.1"
# Extensions are objects whose names start with an underscore (JSON Feed 1.1, "Extensions").
EXTENSION = "_newsletter"
HUB = "WebSub"


def write_json(info: FeedInfo, entries: tuple[Entry, ...]) -> bytes:
    """The JSON Feed document."""
    info = tidy_info(info)
    document: dict[str, Any] = {
        "version": VERSION,
        "title": info.title,
        "home_page_url": info.site_url,
        "feed_url": info.self_url,
        "description": info.description,
        "language": info.language,
        "authors": [{"name": info.author}],
    }
    if info.logo:
        document["icon"] = info.logo
    links = [(link.rel, link.url) for link in info.links]
    if older := [url for rel, url in links if rel in {"next", "prev-archive"}]:
        document["next_url"] = older[0]
    if hubs := [{"type": HUB, "url": url} for rel, url in links if rel == "hub"]:
        document["hubs"] = hubs
    if extension := _extension(info):
        document[EXTENSION] = extension
    items = list(
        convert_each(entries, lambda entry: _item_bytes(entry, info.author, info.language))
    )
    return b'%s,"items":[%s]}' % (_dumped(document).removesuffix(b"}"), b",".join(items))


@lru_cache(maxsize=CACHED_ENTRIES)
def _item_bytes(entry: Entry, author: str, language: str) -> bytes:
    """An item's bytes; cached, as it is in several feeds."""
    return _dumped(_item(tidy_entry(entry, author), language))


def _dumped(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _extension(info: FeedInfo) -> dict[str, Any]:
    """Archives and withdrawn articles, for which the format has no fields."""
    extension: dict[str, Any] = {}
    if info.is_archive:
        extension["archive"] = True
    if info.withdrawn:
        extension["withdrawn"] = [
            {"id": gone.id, "date": gone.at.isoformat()} for gone in info.withdrawn
        ]
    return extension


def _item(entry: Entry, language: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.author}],
        "tags": [name for _, name in entry.topics],
        "language": language,
    }
    # Every item needs content_html or content_text ("Items").
    if entry.content_html:
        item["content_html"] = entry.content_html
    else:
        item["content_text"] = entry.summary
    if entry.image:
        item["image"] = entry.image.url
    if entry.enclosures:
        item["attachments"] = [_attachment(media) for media in entry.enclosures]
    return item


def _attachment(media: Media) -> dict[str, Any]:
    attachment: dict[str, Any] = {"url": media.url, "mime_type": media.type}
    if media.title:
        attachment["title"] = media.title
    if media.length:
        attachment["size_in_bytes"] = media.length
    return attachment
