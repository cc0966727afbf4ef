"""The JSON report of an article import, streamed record by record."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from newsletter.articles.body.sanitising import text_of
from newsletter.articles.importers.base import BadRecord
from newsletter.articles.ingestion.reports import RecordOutcome
from newsletter.errors import InvalidInput
from newsletter.private_files import restrict_before_writing

Observe = Callable[[RecordOutcome], None]


@contextmanager
def open_report(path: Path | None) -> Iterator[Observe | None]:
    """A callback that writes each outcome to the file; None without a file.

    Raises:
        InvalidInput: the file cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        restrict_before_writing(path)
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"--report {path}: it cannot be written: {error.strerror}") from error
    with file:
        yield from _written(file)


def _written(file: IO[str]) -> Iterator[Observe]:
    """A JSON array, one record a line."""
    separator = "[\n"

    def observe(outcome: RecordOutcome) -> None:
        nonlocal separator
        file.write(separator + json.dumps(as_json(outcome), ensure_ascii=False))
        separator = ",\n"

    yield observe
    file.write("\n]\n" if separator == ",\n" else "[]\n")


def as_json(outcome: RecordOutcome) -> dict[str, Any]:
    """One record: counts before and after the import, and notes."""
    item = outcome.item
    if isinstance(item, BadRecord):
        return {"where": item.where, "became": "failed", "what": item.what, "mend": item.mend}
    stored = outcome.body_html
    return {
        "where": item.where,
        "became": outcome.became,
        "title": item.title,
        "status": outcome.status.value if outcome.status else None,
        "date": outcome.published_at.isoformat() if outcome.published_at else None,
        "words": {"in": item.came_in.words, "out": len(re.findall(r"\w+", text_of(stored)))},
        "links": {"in": item.came_in.links, "out": stored.count("<a ")},
        "pictures": {"in": item.came_in.pictures, "out": stored.count("<img ")},
        "notes": list(item.notes),
    }
