"""The JSON report of an article import, streamed record by record."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from newsletter.articles.ingestion.report_json import outcome_json
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
        file.write(separator + json.dumps(outcome_json(outcome), ensure_ascii=False))
        separator = ",\n"

    yield observe
    file.write("\n]\n" if separator == ",\n" else "[]\n")
