"""The report of an import, record by record, written while it runs: it may be of any length."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from newsletter.articles.importers.base import BadRecord
from newsletter.articles.reports import RecordOutcome
from newsletter.articles.sanitising import text_of
from newsletter.errors import InvalidInput

Observe = Callable[[RecordOutcome], None]


@contextmanager
def written_to(path: Path | None) -> Iterator[Observe | None]:
    """Whom to tell of each record; None where no report is wanted.

    Raises:
        InvalidInput: the file cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"--report {path}: it cannot be written: {error.strerror}") from error
    with file:
        yield from _written(file)


def _written(file: IO[str]) -> Iterator[Observe]:
    """A list in JSON, one record a line."""
    separator = "[\n"

    def observe(outcome: RecordOutcome) -> None:
        nonlocal separator
        file.write(separator + json.dumps(told(outcome), ensure_ascii=False))
        separator = ",\n"

    yield observe
    file.write("\n]\n" if separator == ",\n" else "[]\n")


def told(outcome: RecordOutcome) -> dict[str, Any]:
    """What came in and what is stored, and what was supposed or left out."""
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
