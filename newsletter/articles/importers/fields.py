"""Named values, as front matter, a JSON object or a row of a table hold them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.dates import MEND, moment_of
from newsletter.articles.models import ArticleStatus

STATUSES = {
    "draft": ArticleStatus.DRAFT,
    "published": ArticleStatus.PUBLISHED,
    "publish": ArticleStatus.PUBLISHED,
    "withdrawn": ArticleStatus.WITHDRAWN,
}
NAMES = {
    "id": ("id", "guid", "uid"),
    "title": ("title", "headline"),
    "date": ("date", "published", "published_at", "publication_date", "pubdate"),
    "updated": ("updated", "updated_at", "modified", "lastmod"),
    "topics": ("topics", "tags", "categories", "topic", "category"),
    "author": ("author", "byline", "creator"),
    "summary": ("summary", "excerpt", "description", "abstract"),
    "image": ("image", "image_url", "picture"),
    "link": ("link", "canonical", "canonical_url", "url", "permalink"),
    "html": ("html", "body_html", "content_html"),
    "markdown": ("markdown", "body_markdown"),
    "body": ("body", "content", "text", "body_text", "content_text", "article"),
}
FALSE, TRUE = {"", "false", "no", "0"}, {"true", "yes", "1"}


class Fields:
    """Looks values up by any of their names, whatever the case, and checks their kind."""

    def __init__(self, values: Mapping[Any, Any]) -> None:
        self._values = {
            re.sub(r"[\s-]+", "_", str(key).strip().lower()): value
            for key, value in values.items()
            if isinstance(key, str) and value is not None
        }

    def find(self, field: str) -> Any:
        """The value, or None where there is none."""
        for name in NAMES[field]:
            if name in self._values:
                return self._values[name]
        return None

    def text(self, field: str) -> str:
        value = self.find(field)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Unreadable(f"{field} is not a text", f"write {field} as one text")
        return str(value)

    def author(self) -> str:
        value = self.find("author")
        if isinstance(value, dict) and isinstance(value.get("name"), str):
            return str(value["name"])
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return ", ".join(value)
        return self.text("author")

    def moment(self, field: str, zone: ZoneInfo) -> datetime | None:
        value = self.find(field)
        return None if value is None or value == "" else moment_of(value, zone)

    def published_at(self, zone: ZoneInfo, status: ArticleStatus | None) -> datetime | None:
        """The date of publication, which only a draft may lack."""
        moment = self.moment("date", zone)
        if moment is None and status is not ArticleStatus.DRAFT:
            raise Unreadable(
                "there is no date", f"add one: {MEND.removeprefix('write the date as ')}"
            )
        return moment

    def topics(self) -> tuple[str, ...] | None:
        value = self.find("topics")
        if value is None:
            return None
        if isinstance(value, str):
            return tuple(re.split(r"\s*[;|,]\s*", value.strip())) if value.strip() else ()
        if isinstance(value, list) and all(isinstance(name, str | int) for name in value):
            return tuple(str(name) for name in value)
        raise Unreadable("topics is not a list of names", "write topics as [housing, transport]")

    def status(self) -> ArticleStatus | None:
        """What `status` or `draft` says, or None where neither says anything."""
        status, draft = self._values.get("status"), self._values.get("draft")
        if status not in (None, ""):
            known = STATUSES.get(str(status).strip().lower()) if isinstance(status, str) else None
            if known is None:
                raise Unreadable("the status is not one that is known", f"write one of {_one_of()}")
            return known
        word = str(draft).strip().lower() if isinstance(draft, str | bool | int) else ""
        if draft is not None and word not in FALSE | TRUE:
            raise Unreadable("draft is neither true nor false", "write draft: true or draft: false")
        return ArticleStatus.DRAFT if word in TRUE else None


def _one_of() -> str:
    return ", ".join(status.value for status in ArticleStatus)
