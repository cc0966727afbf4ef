"""Tables of people in spreadsheets: XLSX (ECMA-376), read row by row.

A spreadsheet is a ZIP of XML; what it unpacks to is bounded before any of it is read.
"""

import warnings
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from newsletter.errors import InvalidInput
from subscribers.importing.tables import Table

ZIP_MARK = b"PK\x03\x04"
# Texts that cells share are held in memory; a sheet is not.
SHARED_MARK = "sharedstrings"
LONGEST_SHARED_BYTES = 50_000_000
LONGEST_BYTES = 2_000_000_000
# What openpyxl and the readers under it raise for what is not as it should be.
UNREADABLE = (
    *(BadZipFile, zlib.error, SyntaxError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError, OSError),
)


def is_zip(path: Path) -> bool:
    """Whether a file is one of the office programs' newer ones."""
    with path.open("rb") as file:
        return file.read(len(ZIP_MARK)) == ZIP_MARK


@contextmanager
def spreadsheet(path: Path, sheet: str) -> Iterator[Table]:
    """Open a sheet; its total is in rows.

    Args:
        sheet: its name; empty: the first.

    Raises:
        InvalidInput: no XLSX, damaged, too large, or without this sheet.
    """
    _refuse_large(path)
    # Opened here, since openpyxl leaves a file open that it cannot read.
    with path.open("rb") as file, closing(_book(path, file)) as book:
        names = [found.title for found in book.worksheets]
        if not names or (sheet or names[0]) not in names:
            raise InvalidInput(f"{path} has no sheet {sheet!r}; it has: {', '.join(names)}")
        found = book[sheet or names[0]]
        read = _Read()
        total = found.max_row or 0
        # Some programs write a wrong one, and rows beyond it would be passed over.
        found.reset_dimensions()
        yield Table(rows=_rows(path, found, read), total=total, done=read.count, unit="rows")


def _book(path: Path, file: BinaryIO) -> Any:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings(action="ignore"):
            return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except UNREADABLE as error:
        raise InvalidInput(f"{path} is no XLSX that can be read; save it as CSV, UTF-8") from error


class _Read:
    """How many rows have been read."""

    def __init__(self) -> None:
        self.rows = 0

    def count(self) -> int:
        return self.rows


def _refuse_large(path: Path) -> None:
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except BadZipFile as error:
        raise InvalidInput(f"{path} is damaged; save it again, or as CSV") from error
    if not any(part.filename.startswith("xl/") for part in parts):
        raise InvalidInput(f"{path} is no XLSX file; save it as CSV, UTF-8")
    shared = sum(part.file_size for part in parts if SHARED_MARK in part.filename.lower())
    if shared > LONGEST_SHARED_BYTES or sum(part.file_size for part in parts) > LONGEST_BYTES:
        raise InvalidInput(f"{path} is too large for a spreadsheet; save it as CSV, UTF-8")


def _rows(path: Path, sheet: Any, read: _Read) -> Iterator[list[str]]:
    try:
        for cells in sheet.iter_rows(values_only=True):
            read.rows += 1
            row = [_text(cell) for cell in cells]
            # A sheet is as wide as whatever was ever formatted in it.
            while row and not row[-1]:
                row.pop()
            yield row
    except UNREADABLE as error:
        raise InvalidInput(
            f"{path}: row {read.rows + 1} cannot be read: {error}; save it as CSV, UTF-8"
        ) from error


def _text(cell: object) -> str:
    """A cell as CSV would have it: moments in ISO 8601, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        is_day = cell.time() == time()
        return cell.date().isoformat() if is_day else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
