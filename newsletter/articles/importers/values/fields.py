"""Named values of front matter, a JSON object or a table row.

Only required values are enforced; an unusable optional value is dropped with a note.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.values.date_order import DateOrder
from newsletter.articles.importers.values.dates import Moment, read_moment
from newsletter.articles.importers.values.file_names import date_in
from newsletter.articles.importers.values.visibility import is_switch, visibility_of
from newsletter.articles.models import ArticleStatus

NAMES = {
    "id": ("id", "guid", "uid"),
    "title": ("title", "headline", "web_title"),
    "date": (
        "publish_date", "date", "published", "published_at", "date_published", "published_date",
        "publication_date", "pub_date", "pubdate", "post_date", "published_on", "publish",
        "created", "created_at", "date_created",
    ),
    "updated": ("updated", "updated_at", "modified", "lastmod", "date_modified", "last_modified"),
    "expires": (
        "expiry_date", "expirydate", "unpublish_date", "unpublishdate", "unpublish_on",
        "expires_at", "expires", "expiration_date",
    ),
    "topics": (
        "topics", "tags", "categories", "topic", "category", "tag", "keywords", "content_tags",
    ),
    "author": ("author", "authors", "byline", "creator"),
    "summary": ("summary", "excerpt", "description", "abstract", "custom_excerpt", "subtitle",
                "web_subtitle"),
    "image": ("image", "image_url", "picture", "cover", "cover_image", "feature_image",
              "featured_image", "hero", "thumbnail", "banner_image", "thumbnail_url"),
    "link": ("link", "canonical", "canonical_url", "url", "permalink", "external_url"),
    "html": ("html", "body_html", "content_html"),
    "markdown": ("markdown", "body_markdown"),
    "body": ("body", "content", "text", "body_text", "content_text", "article"),
}  # fmt: skip

_PATHS = ("path", "permalink", "url", "link")


class Fields:
    """Case-insensitive lookup of values by any of their names, with type checks.

    Unusable values are listed in `notes`.
    """

    def __init__(self, values: Mapping[Any, Any], order: DateOrder | None = None) -> None:
        """
        Args:
            order: of day and month in the dates of the same file.
        """
        self._order = order
        self._values = {
            _name(key): value
            for key, value in values.items()
            if isinstance(key, str) and value is not None
        }
        self.notes: list[str] = []

    def find(self, field: str) -> Any:
        """The value, or None; of links a whole address rather than a path."""
        values = [value for name in NAMES[field] if (value := self._values.get(name)) is not None]
        if field == "date":
            values = [value for value in values if not is_switch(value)]
        if field == "link":
            values.sort(key=lambda value: not (isinstance(value, str) and "://" in value))
        return next(iter(values), None)

    def text(self, field: str) -> str:
        """The value as text; empty without one."""
        value = self.find(field)
        if isinstance(value, dict):
            value = next(
                (value[k] for k in ("url", "src", "rendered", "value", "name") if k in value), value
            )
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.notes.append(f"{field} is not a text and was left out")
            return ""
        return str(value)

    def author(self) -> str:
        value = self.find("author")
        people = value if isinstance(value, list) else [value]
        names = [p.get("name") if isinstance(p, dict) else p for p in people]
        return ", ".join(str(name) for name in names if isinstance(name, str | int))

    def moment(self, field: str, zone: ZoneInfo) -> datetime | None:
        """The instant; None without a readable one."""
        moment = self._moment(field, zone)
        return moment.at if moment else None

    def published_at(self, zone: ZoneInfo) -> datetime | None:
        """The date of publication; a note says how it was read."""
        moment = self._moment("date", zone)
        if moment and moment.reading:
            self.notes.append(f"date read as {moment.reading}")
        return moment.at if moment else self._date_of_path(zone)

    def _date_of_path(self, zone: ZoneInfo) -> datetime | None:
        """The date in the path at which the page stood, such as /2017/09/05/wall."""
        path = next((p for name in _PATHS if isinstance(p := self._values.get(name), str)), "")
        moment = date_in(urlsplit(path).path, zone)
        if moment:
            self.notes.append("date read from its path")
        return moment

    def _moment(self, field: str, zone: ZoneInfo) -> Moment | None:
        value = self.find(field)
        if value is None or value == "":
            return None
        try:
            return read_moment(value, zone, self._order)
        except Unreadable as error:
            self.notes.append(f"{field} was left out: {error.what}")
            return None

    def topics(self) -> tuple[str, ...] | None:
        value = self.find("topics")
        if value is None:
            return None
        if isinstance(value, str):
            parts = re.split(r"[;|,]", value) if value.strip() else ()
            return tuple(part.strip() for part in parts)
        values = value if isinstance(value, list) else [value]
        names = [v.get("name") or v.get("slug") if isinstance(v, dict) else v for v in values]
        texts = [str(name) for name in names if isinstance(name, str | int | float)]
        if len(texts) < len(values):
            self.notes.append("topics that are not names were left out")
        return tuple(texts)

    def status(self) -> ArticleStatus | None:
        """The visibility, or None if not given; unknown words are noted."""
        visibility = visibility_of(self._values)
        self.notes += [f"{word!r} is not known: kept as a draft" for word in visibility.unknown]
        return visibility.status


def _name(key: str) -> str:
    """`datePublished`, `Date published` and `date-published` as `date_published`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key.strip())
    return re.sub(r"[\s-]+", "_", words.lower())
