"""Rows and columns that a spreadsheet hides, by hand or by a filter: XLSX and ODS.

The library that reads the cells does not tell. Only the marks of rows and columns are looked at, in
pieces, so that a large sheet costs little.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from posixpath import join, normpath
from zipfile import ZipFile, is_zipfile

from newsletter.unpacking import UNPACKING_ERRORS

PIECE_BYTES = 1 << 20
# Longer than the start tag of a row or column.
OVERLAP_BYTES = 4096
# SpreadsheetML (ECMA-376, 18.3.1.73 and 18.3.1.13); OpenDocument 1.3, 9.1.3 and 9.1.6.
_XLSX_TAG = re.compile(rb"<(?:\w+:)?(row|col)\s([^<>]*)>")
_ODS_TAG = re.compile(rb"<table:table(?:-(row|column))?(?=[\s/>])([^<>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*["']([^"']*)["']""")


@dataclass(kw_only=True)
class HiddenCells:
    """What a sheet hides."""

    rows: int = 0
    columns: list[int] = field(default_factory=list)
    """Numbers of columns, from 0."""


def hidden_cells(path: Path, sheet: str, height: int, width: int) -> HiddenCells:
    """The rows and columns that are hidden within the filled part of a sheet.

    Args:
        height: rows of the filled part.
        width: its columns.
    """
    if not is_zipfile(path):
        return HiddenCells()
    try:
        return _hidden(path, sheet, height, width)
    except UNPACKING_ERRORS:
        # The cells were read, so that the file is a spreadsheet, if of an unusual build.
        return HiddenCells()


def _hidden(path: Path, sheet: str, height: int, width: int) -> HiddenCells:
    with ZipFile(path) as archive:
        names = frozenset(archive.namelist())
        if "xl/workbook.xml" in names:
            part = sheet_part(archive, sheet)
            return _of_xlsx(archive, part, width) if part in names else HiddenCells()
        return _of_ods(archive, sheet, height, width) if "content.xml" in names else HiddenCells()


def sheet_part(archive: ZipFile, sheet: str) -> str:
    """The part of an XLSX file that holds a sheet."""
    book = archive.read("xl/workbook.xml")
    links = archive.read("xl/_rels/workbook.xml.rels")
    targets = {
        attributes.get("Id", ""): attributes.get("Target", "")
        for attributes in map(_attributes, re.findall(rb"<(?:\w+:)?Relationship\s([^<>]*)>", links))
    }
    for attributes in map(_attributes, re.findall(rb"<(?:\w+:)?sheet\s([^<>]*)>", book)):
        link = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        if attributes.get("name") == sheet:
            return normpath(join("xl", targets.get(link, ""))).lstrip("/").removeprefix("xl//")
    return ""


def _of_xlsx(archive: ZipFile, part: str, width: int) -> HiddenCells:
    hidden = HiddenCells()
    for kind, attributes in _tags(archive, part, _XLSX_TAG):
        if attributes.get("hidden") not in {"1", "true"}:
            continue
        if kind == b"row":
            hidden.rows += 1
        else:
            first, last = _number(attributes, "min"), _number(attributes, "max")
            hidden.columns += range(first - 1, min(last, width))
    return hidden


def _of_ods(archive: ZipFile, sheet: str, height: int, width: int) -> HiddenCells:
    hidden, row, column, is_read = HiddenCells(), 0, 0, False
    for kind, attributes in _tags(archive, "content.xml", _ODS_TAG):
        if kind is None:
            is_read, row, column = attributes.get("table:name") == sheet, 0, 0
            continue
        count = _number(attributes, f"table:number-{kind.decode()}s-repeated") or 1
        is_hidden = is_read and attributes.get("table:visibility") in {"collapse", "filter"}
        if kind == b"row":
            hidden.rows += max(min(count, height - row), 0) if is_hidden else 0
            row += count
        else:
            hidden.columns += range(column, min(column + count, width)) if is_hidden else ()
            column += count
    return hidden


def _tags(
    archive: ZipFile, part: str, pattern: re.Pattern[bytes]
) -> Iterator[tuple[bytes | None, dict[str, str]]]:
    """The start tags of a part that match, each once."""
    overlap, offset, last = b"", 0, -1
    with archive.open(part) as file:
        while piece := file.read(PIECE_BYTES):
            text = overlap + piece
            for match in pattern.finditer(text):
                if offset + match.start() > last:
                    last = offset + match.start()
                    yield match[1], _attributes(match[2])
            overlap = text[-OVERLAP_BYTES:]
            offset += len(text) - len(overlap)


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        name.decode(): unescape(value.decode("utf-8", "replace"))
        for name, value in _ATTRIBUTE.findall(tag)
    }


def _number(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 9 else 0
