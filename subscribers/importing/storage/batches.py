"""Rows of a table in batches, as many as one transaction writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.errors import InvalidInput
from subscribers.importing.rows import ListedPerson, RowReader
from subscribers.importing.storage.planning import Decision, RowOutcome

# About a second: other writers wait no longer than that.
BATCH_ROWS = 10_000
# Bounds memory where rows have long notes.
BATCH_CHARACTERS = 4_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRow:
    """A row of the file and its content."""

    number: int
    """As in a spreadsheet: the header is row 1."""
    cells: Sequence[str]
    said: ListedPerson | Decision
    """A decision if it cannot be read."""


def batches(
    rows: Iterator[Sequence[str]], reader: RowReader, first_row: int = 2
) -> Iterator[list[FileRow]]:
    """The rows below the header, once for each person in them; empty rows are skipped.

    Rows before an unreadable one are yielded before the error is raised.
    """
    batch: list[FileRow] = []
    characters = 0
    try:
        for number, cells in enumerate(rows, start=first_row):
            if not any(cells):
                continue
            batch += [
                FileRow(number=number, cells=cells, said=said)
                for said in _said(number, cells, reader)
            ]
            characters += sum(map(len, cells))
            if len(batch) >= BATCH_ROWS or characters > BATCH_CHARACTERS:
                yield batch
                batch, characters = [], 0
    except InvalidInput:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _said(
    number: int, cells: Sequence[str], reader: RowReader
) -> Sequence[ListedPerson | Decision]:
    try:
        return reader.people(number, cells)
    except InvalidInput as error:
        return [Decision(outcome=RowOutcome.REFUSED, reason=str(error))]
