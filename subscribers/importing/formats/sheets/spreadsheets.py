"""Spreadsheets: XLSX (ECMA-376, strict too), XLS, ODS; read in a subprocess.

A few kilobytes may declare a billion rows, or decompress to as many bytes: memory and time are
bounded for the subprocess, and exceeding them is an error message.
"""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePath
from time import monotonic
from zipfile import ZipFile, is_zipfile

from newsletter.errors import InvalidInput
from newsletter.unpacking import UNPACKING_ERRORS
from subscribers.importing.formats.header import LOOKED_AT, table_of
from subscribers.importing.formats.sheets.sheet_marks.marks import STRUCK_OUT
from subscribers.importing.formats.signatures import OLE_MARK, ZIP_MARK
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.values.cells import addresses_in
from subscribers.importing.values.filenames import may_state_status
from subscribers.importing.values.headings import MARKS
from subscribers.importing.values.remarks import REMARK_SEPARATOR

MAX_BYTES = 2_000_000_000
# Each is read, since people may be in it.
MAX_SHEETS = 100
OTHER_SHEETS_SECONDS = 120
READER = "subscribers.importing.formats.sheets.sheet_reader"
_LIST_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xls", ".xlsx", ".ods", ".vcf", ".ldif"})


def is_spreadsheet(path: Path) -> bool:
    """Whether a file is a spreadsheet."""
    with path.open("rb") as file:
        start = file.read(len(OLE_MARK))
    return start.startswith(ZIP_MARK) or start == OLE_MARK


def spreadsheet(path: Path, sheet: str) -> SourceTable:
    """A sheet as a table.

    Args:
        sheet: its name; empty: the first visible one.

    Raises:
        InvalidInput: not a spreadsheet, damaged, too large, or without this sheet.
    """
    _refuse_archive(path)
    _refuse_large(path)
    names: dict[str, object] = {}
    first = list(islice(_rows(path, sheet, names), LOOKED_AT))
    read, others = str(names.get("sheet", "")), names.get("others", [])
    further = tuple(map(str, others)) if isinstance(others, list) else ()
    crowded = _people_elsewhere(path, further)
    if crowded and not sheet:
        raise InvalidInput(_several(path, read, crowded))
    notes = [f"The sheet “{read}” is read; there are others: {', '.join(further)}."]
    table = table_of(first, lambda: _rows(path, sheet, {}), notes if further else [])
    width = len(table.header)
    # Cells after the last filled one are empty, not missing.
    padded = replace(
        table,
        notes=(*table.notes, *_hidden(names, table.header)),
        rows=lambda: (_padded(row, width) for row in table.rows()),
        sheet=read,
        elsewhere=crowded,
    )
    marks = names.get("marks")
    return _with_marks(padded, marks) if isinstance(marks, dict) and marks else padded


def _struck_out(marks: Mapping[str, str]) -> list[str]:
    count = sum(STRUCK_OUT in mark.split(REMARK_SEPARATOR) for mark in marks.values())
    if not count:
        return []
    return [
        (
            f"{count} rows are struck out: who stands there is read as having left. If they have "
            f'not, say --column ignored="{MARKS}".'
        )
    ]


def _refuse_archive(path: Path) -> None:
    """Refuse a ZIP of files, as Mailchimp exports; a workbook is one too."""
    if not is_zipfile(path):
        return
    try:
        with ZipFile(path) as archive:
            files = [name for name in archive.namelist() if PurePath(name).suffix in _LIST_SUFFIXES]
    except UNPACKING_ERRORS:
        return
    if not files:
        return
    listed = ", ".join(files[:5]) + (" …" if len(files) > 5 else "")
    raise InvalidInput(
        f"{path} is a ZIP archive of {len(files)} lists ({listed}); unpack it and import each file "
        "by itself, first those of people who left or bounced"
    )


def _with_marks(table: SourceTable, marks: Mapping[str, str]) -> SourceTable:
    """The table with what is marked in its rows as a further column."""

    def rows() -> Iterator[Sequence[str]]:
        for number, row in enumerate(table.rows(), table.first_row):
            is_told = len(row) == len(table.header)
            yield [*row, marks.get(str(number), "")] if is_told else row

    return replace(
        table,
        header=[*table.header, MARKS],
        rows=rows,
        notes=(*table.notes, *_struck_out(marks)),
    )


def _hidden(names: Mapping[str, object], header: Sequence[str]) -> list[str]:
    """What the sheet hides: somebody may not know of it, and it is read like the rest."""
    rows, columns = names.get("hidden rows"), names.get("hidden columns")
    notes = []
    if isinstance(rows, int) and rows:
        notes.append(f"{rows} rows are hidden or filtered out in the sheet: they are read as well.")
    if isinstance(columns, list):
        named = [f"“{header[place]}”" for place in columns if place < len(header)]
        if named:
            notes.append(f"Hidden columns are read as well: {', '.join(named)}.")
    return notes


def _several(path: Path, read: str, crowded: Mapping[str, frozenset[str]]) -> str:
    """What to do where more than one sheet holds people: they may be those who left."""
    listed = ", ".join(
        f"“{name}” ({len(addresses)} addresses)" for name, addresses in crowded.items()
    )
    left = next(filter(may_state_status, (read, *crowded)), next(iter(crowded)))
    others = [name for name in (read, *crowded) if name != left]
    return (
        f"{path.name}: nothing has been changed. Besides the sheet “{read}” these hold people: "
        f"{listed}. Take each by itself with --sheet. To import them, first those who left or "
        f"bounced: add, for instance, {shlex.join(['--sheet', left])} --state left; "
        f"then {' and '.join(shlex.join(['--sheet', name]) for name in others)}"
    )


def _people_elsewhere(path: Path, sheets: Sequence[str]) -> dict[str, frozenset[str]]:
    """Everybody in the sheets that are not read, of those that hold people.

    Raises:
        InvalidInput: there are too many, or reading them takes too long.
    """
    end = monotonic() + OTHER_SHEETS_SECONDS
    crowded: dict[str, frozenset[str]] = {}
    for name in sheets:
        if len(sheets) > MAX_SHEETS or monotonic() > end:
            raise InvalidInput(
                f"{path} has {len(sheets)} sheets besides that of the people, too many to look for "
                "further people in; delete those that hold none, or save the list as CSV, UTF-8"
            )
        if addresses := _addresses(path, name):
            crowded[name] = addresses
    return crowded


def _addresses(path: Path, sheet: str) -> frozenset[str]:
    """Everybody in a sheet that is not read, in small letters."""
    try:
        return frozenset(
            address.casefold()
            for row in _rows(path, sheet, {})
            for cell in row
            for address in addresses_in(cell)
        )
    except InvalidInput:
        # What cannot be read is no list of people; the sheet that is meant is read all the same.
        return frozenset()


def _padded(row: Sequence[str], width: int) -> Sequence[str]:
    return [*row, *[""] * (width - len(row))] if row else row


def _refuse_large(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(ZIP_MARK)) != ZIP_MARK:
            return
    try:
        with ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            is_document = "word/document.xml" in archive.namelist()
    except UNPACKING_ERRORS as error:
        raise InvalidInput(f"{path} is damaged; save it again, or as CSV") from error
    if is_document:
        raise InvalidInput(
            f"{path} is a Word document; copy its table into a spreadsheet, or its lines into a "
            "text file, with who left, or is crossed out, below a line of their own: Unsubscribed:"
        )
    if unpacked > MAX_BYTES:
        raise InvalidInput(f"{path} is too large for a spreadsheet; save it as CSV, UTF-8")


def _rows(path: Path, sheet: str, names: dict[str, object]) -> Iterator[Sequence[str]]:
    command = [sys.executable, "-m", READER, str(path.resolve()), sheet]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        is_over = False
        try:
            for line in process.stdout:
                row = json.loads(line) if line.endswith("\n") else None
                if isinstance(row, list):
                    yield row
                elif isinstance(row, dict):
                    is_over = is_over or _handle_line(path, row, names)
            if not is_over:
                raise InvalidInput(
                    f"{path} needs too much memory for a spreadsheet, or claims rows that are not "
                    "there; delete the empty rows and columns, or save it as CSV, UTF-8"
                )
        finally:
            process.kill()


def _handle_line(path: Path, said: dict[str, object], names: dict[str, object]) -> bool:
    """Handle one line of the reader; True if it is the last.

    Raises:
        InvalidInput: the file cannot be read.
    """
    if "error" in said:
        raise InvalidInput(f"{path} {said['error']}")
    names.update(said)
    return "end" in said
