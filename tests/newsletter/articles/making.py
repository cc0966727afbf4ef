"""Record factories."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from newsletter.articles.importers.base import Record

DAY = datetime(2019, 3, 23, 12, tzinfo=UTC)

RECORD = Record(
    source="text",
    source_key="harbour",
    explicit_key=False,
    title="Harbour wall repairs begin",
    body_html="<p>Work began on Monday.</p>",
    published_at=DAY,
    where="harbour.txt",
)


def record(key: str = "harbour", **values: Any) -> Record:
    """A text record under a file name; any field can be overridden."""
    return replace(RECORD, source_key=key, where=f"{key}.txt", **values)


def titled(number: int, **values: Any) -> Record:
    """The n-th of many different records."""
    return record(f"file-{number}", title=f"Title {number}", **values)
