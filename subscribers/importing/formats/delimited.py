"""Delimited text: CSV (RFC 4180) and its variants, damaged files included."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from newsletter.errors import InvalidInput
from subscribers.importing.formats.encodings import STRAY, Encoding
from subscribers.importing.formats.header import LOOKED_AT, table_of
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.values.cells import DamagedRow, addresses_in

DELIMITERS = ",;\t|"
# A cell that Excel is to take as text: ="0123".
_TEXT = re.compile(r'^="([^"]*)"$')
# Bounds memory for a file without line ends.
MAX_LINE_LENGTH = 1_000_000
# Maximum number of lines in a cell.
MAX_LINES = 100
# What the reader says of a text that ends within quotes: more text may close them. Whatever else it
# says stays true.
_OPEN = "unexpected end of data"


class _CutOff(Exception):
    """A text ends within quotes."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The dialect of a file."""

    path: Path
    encoding: Encoding
    delimiter: str
    skipped: int = 0
    """Leading lines that are not part of the table, such as `sep=;`."""
    escape: str | None = None
    """The escape character of quotes, unless they are doubled."""
    is_repaired: bool = False
    """Quotes are unbalanced: each line is parsed by itself."""


def delimited(path: Path, encoding: Encoding) -> SourceTable:
    """A table in delimited text.

    Raises:
        InvalidInput: it is not text.
    """
    layout = _parsable_layout(_layout(path, encoding))
    first = list(islice(rows_of(layout), LOOKED_AT))
    is_of_formulas = any(_TEXT.fullmatch(cell) for row in first for cell in row)
    read = _unwrapped_rows if is_of_formulas else rows_of
    table = table_of(list(islice(read(layout), LOOKED_AT)), lambda: read(layout), _notes(layout))
    return replace(table, first_row=table.first_row + layout.skipped)


def head_of(path: Path, encoding: Encoding) -> list[str]:
    """The first lines of a text."""
    with _opened(path, encoding) as text:
        return list(islice(_lines(path, text), LOOKED_AT))


def opened_lines(path: Path, encoding: Encoding) -> Iterator[str]:
    """Every line of a text."""
    with _opened(path, encoding) as text:
        yield from _lines(path, text)


def rows_of(layout: Layout) -> Iterator[Sequence[str]]:
    """Every row; an ambiguous one is a `DamagedRow`."""
    with _opened(layout.path, layout.encoding) as text:
        lines = _lines(layout.path, text)
        for _ in range(layout.skipped):
            next(lines, None)
        if layout.is_repaired:
            yield from _mended(lines, layout)
            return
        reader = _reader(lines, layout)
        try:
            yield from reader
        except csv.Error as error:
            number = layout.skipped + reader.line_num
            raise InvalidInput(f"{layout.path}: line {number} cannot be read: {error}") from error


def _unwrapped_rows(layout: Layout) -> Iterator[Sequence[str]]:
    for row in rows_of(layout):
        is_damaged = isinstance(row, DamagedRow)
        yield row if is_damaged else [_TEXT.sub(r"\1", cell) for cell in row]


def _opened(path: Path, encoding: Encoding) -> TextIO:
    # Tolerate a byte order mark and a truncated last character.
    errors = STRAY if encoding.codec.startswith("utf-8") else "replace"
    return TextIOWrapper(path.open("rb"), encoding=encoding.codec, errors=errors, newline="")


def _lines(path: Path, text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE_LENGTH):
        number += 1
        if len(line) == MAX_LINE_LENGTH:
            raise InvalidInput(
                f"{path}: line {number} is longer than {MAX_LINE_LENGTH:,} characters; "
                "it is no list of people, or its line ends are lost"
            )
        yield line


def _layout(path: Path, encoding: Encoding) -> Layout:
    head = head_of(path, encoding)
    first = head[0].strip().strip('"').casefold() if head else ""
    if first.startswith("sep=") and len(first) in {4, 5}:
        # Excel's `sep=` line; with a tab the delimiter is stripped.
        return Layout(path=path, encoding=encoding, delimiter=first[4:] or "\t", skipped=1)
    return Layout(path=path, encoding=encoding, delimiter=_delimiter(head))


def _delimiter(head: Sequence[str]) -> str:
    """The delimiter that splits most lines into the same number of cells."""

    def fit(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(head, delimiter=delimiter)
        try:
            widths = [len(row) for row in reader if any(row)]
        except csv.Error:
            widths = [line.count(delimiter) + 1 for line in head if line.strip()]
        wide = [width for width in widths if width > 1]
        if not wide:
            return (0, 0)
        usual = max(set(wide), key=lambda width: (wide.count(width), width))
        return (wide.count(usual) / len(widths), usual)

    return max(DELIMITERS, key=fit)


def _reader(lines: Iterable[str], layout: Layout) -> Any:
    return csv.reader(
        lines,
        delimiter=layout.delimiter,
        escapechar=layout.escape,
        strict=True,
        skipinitialspace=True,
    )


def _parsable_layout(layout: Layout) -> Layout:
    """The layout with which the whole file parses."""
    for attempt in (layout, replace(layout, escape="\\")):
        if _is_parsable(attempt):
            return attempt
    return replace(layout, is_repaired=True)


def _is_parsable(layout: Layout) -> bool:
    with _opened(layout.path, layout.encoding) as text:
        lines = _lines(layout.path, text)
        for _ in range(layout.skipped):
            next(lines, None)
        reader, before = _reader(lines, layout), 0
        try:
            for row in reader:
                if reader.line_num - before > 1 and _has_row_in_cell(row, layout.delimiter):
                    return False
                before = reader.line_num
        except csv.Error:
            return False
    return True


def _has_row_in_cell(row: Sequence[str], delimiter: str) -> bool:
    """Whether a multi-line cell looks like a row: a quote is missing."""
    return any(
        "\n" in cell and any("@" in line and delimiter in line for line in cell.splitlines())
        for cell in row
    )


def _mended(lines: Iterator[str], layout: Layout) -> Iterator[Sequence[str]]:
    ahead: deque[str] = deque()
    widths: Counter[int] = Counter()
    while True:
        line = ahead.popleft() if ahead else next(lines, None)
        if line is None:
            return
        try:
            row = _one(line, layout)
        except _CutOff:
            row = _with_following(line, lines, ahead, layout)
        if row is None:
            usual = widths.most_common(1)
            row = _best_effort_cells(line, usual[0][0] if usual else 0, layout)
        if row and not isinstance(row, DamagedRow):
            widths[len(row)] += 1
        yield row


def _one(text: str, layout: Layout) -> list[str] | None:
    """The single row of a text; None if its quotes are unbalanced.

    Raises:
        _CutOff: they are, but what follows may close them.
    """
    is_open = False
    for escape in (None, "\\"):
        try:
            rows = list(_reader([*text.splitlines(keepends=True)], replace(layout, escape=escape)))
        except csv.Error as error:
            is_open |= str(error) == _OPEN
            continue
        if len(rows) <= 1:
            return rows[0] if rows else []
    if is_open:
        raise _CutOff
    return None


def _with_following(
    line: str, lines: Iterator[str], ahead: deque[str], layout: Layout
) -> list[str] | None:
    """A row with a multi-line cell, from a line and those after it."""
    text = line
    for place in range(MAX_LINES):
        if place == len(ahead):
            following = next(lines, None)
            if following is None:
                return None
            ahead.append(following)
        if addresses_in(ahead[place]):
            # The next row starts: no cell continues so far.
            return None
        text += ahead[place]
        if '"' not in ahead[place]:
            continue  # it closes nothing
        try:
            row = _one(text, layout)
        except _CutOff:
            continue
        for _ in range(0 if row is None else place + 1):
            ahead.popleft()
        return row
    return None


def _best_effort_cells(line: str, width: int, layout: Layout) -> list[str]:
    """The cells of a line with unbalanced quotes, as far as possible."""
    bare = line.rstrip("\r\n")
    loose = next(csv.reader([bare], delimiter=layout.delimiter), [])
    plain = [cell.strip().strip('"') for cell in bare.split(layout.delimiter)]
    for cells in (plain, loose):
        if len(cells) == width and not any(layout.delimiter in cell for cell in cells):
            return cells
    return DamagedRow(
        plain, "the quotation marks of this row do not pair, so its cells are unclear"
    )


def _notes(layout: Layout) -> list[str]:
    notes = [layout.encoding.note[:1].upper() + layout.encoding.note[1:] + "."]
    if layout.is_repaired:
        notes.append("Quotation marks do not pair everywhere: each line was read for itself.")
    return [note for note in notes if note != "."]
