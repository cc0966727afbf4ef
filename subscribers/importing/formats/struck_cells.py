"""Rows of an XLSX sheet with struck-out cells: people cross out who has left.

The library that reads the cells does not tell. Cells are looked at only where a style of the
workbook strikes out text.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from newsletter.unpacking import UNPACKING_ERRORS
from subscribers.importing.formats.hidden_cells import PIECE_BYTES, sheet_part

STYLES = "xl/styles.xml"
# Of styles a workbook has some thousand; more are not looked at.
MAX_STYLE_BYTES = 4 << 20
# Longer than the start tag of a cell.
OVERLAP_BYTES = 1024
# SpreadsheetML (ECMA-376, 18.8.22, 18.4.10, 18.8.10 and 18.3.1.4).
_FONT = re.compile(rb"<(?:\w+:)?font(?:\s[^<>]*)?(?:/>|>(.*?)</(?:\w+:)?font>)", re.DOTALL)
_STRIKE = re.compile(rb"<(?:\w+:)?strike(?!\s+val=[\"'](?:0|false))[\s/>]")
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(rb"<(?:\w+:)?xf\s([^<>]*)>")
_FONT_NUMBER = re.compile(rb"\bfontId=[\"'](\d{1,6})[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_ROW = re.compile(rb"\br=[\"'][A-Z]{1,3}(\d{1,7})[\"']")
_STYLE = re.compile(rb"\bs=[\"'](\d{1,6})[\"']")


def struck_rows(path: Path, sheet: str) -> frozenset[int]:
    """The numbers of rows, from 1, in which a cell is struck out."""
    if not is_zipfile(path):
        return frozenset()
    try:
        with ZipFile(path) as archive:
            if STYLES not in archive.namelist():
                return frozenset()
            struck = _struck_styles(archive)
            part = sheet_part(archive, sheet)
            is_read = bool(struck) and part in archive.namelist()
            return frozenset(_rows(archive, part, struck) if is_read else ())
    except UNPACKING_ERRORS:
        # The cells were read, so that the file is a spreadsheet, if of an unusual build.
        return frozenset()


def _struck_styles(archive: ZipFile) -> frozenset[bytes]:
    with archive.open(STYLES) as file:
        text = file.read(MAX_STYLE_BYTES)
    formats = _FORMATS.search(text)
    fonts = {
        str(number).encode()
        for number, font in enumerate(_FONT.finditer(text))
        if _STRIKE.search(font[1] or b"")
    }
    if not fonts or formats is None:
        return frozenset()
    numbers = (_FONT_NUMBER.search(each[1]) for each in _FORMAT.finditer(formats[0]))
    return frozenset(
        str(style).encode() for style, font in enumerate(numbers) if font and font[1] in fonts
    )


def _rows(archive: ZipFile, part: str, struck: frozenset[bytes]) -> Iterator[int]:
    kept = b""
    with archive.open(part) as file:
        while piece := file.read(PIECE_BYTES):
            kept += piece
            for match in _CELL.finditer(kept):
                style, row = _STYLE.search(match[1]), _ROW.search(match[1])
                if style and row and style[1] in struck:
                    yield int(row[1])
            kept = kept[-OVERLAP_BYTES:]
