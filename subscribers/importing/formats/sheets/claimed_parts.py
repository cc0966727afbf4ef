"""What an XLSX file claims to have, counted before it is read: shared texts and rows.

The library that reads the cells makes each text (ECMA-376, 18.4.9) before the first row, and every
row is looked at, so that 200 KB of them take minutes.
"""

import re
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from newsletter.unpacking import UNPACKING_ERRORS

PIECE_BYTES = 1 << 20
# Longer than the beginning of an element.
OVERLAP_BYTES = 64
_TEXT = re.compile(rb"<(?:\w{1,20}:)?si[\s/>]")
_ROW = re.compile(rb"<(?:\w{1,20}:)?row[\s/>]")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
STRINGS = "xl/sharedStrings.xml"


def has_too_many(path: Path, *, max_texts: int, max_rows: int) -> str:
    """What a workbook has too much of; empty: nothing.

    Args:
        max_texts: of all sheets together, each counted once.
        max_rows: of each sheet.
    """
    if not is_zipfile(path):
        return ""
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            if STRINGS in names and _is_more(archive, STRINGS, _TEXT, max_texts):
                return f"{max_texts:,} different texts"
            sheets = [name for name in names if _SHEET.fullmatch(name)]
            if any(_is_more(archive, sheet, _ROW, max_rows) for sheet in sheets):
                return f"{max_rows:,} rows in a sheet"
    except UNPACKING_ERRORS:
        # Whoever reads the cells says what is wrong.
        pass
    return ""


def _is_more(archive: ZipFile, part: str, element: re.Pattern[bytes], most: int) -> bool:
    """Whether a part has more than so many of an element."""
    if archive.getinfo(part).file_size < most * len(b"<r/>"):
        return False
    count, before = 0, b""
    with archive.open(part) as file:
        while count <= most and (piece := file.read(PIECE_BYTES)):
            text = before + piece
            end = max(len(text) - OVERLAP_BYTES, 0)
            found = element.finditer(text)
            count += sum(1 for match in found if match.start() < end)
            before = text[end:]
    return count + len(element.findall(before)) > most
