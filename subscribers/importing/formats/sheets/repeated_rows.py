"""Rows of an ODS file that stand for very many (OpenDocument 1.3, 19.675), found before it is read.

The library that reads the cells makes each of them, so that a few hundred bytes take a minute.
Empty ones, as formatting leaves below the last person, are not made.
"""

import re
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from newsletter.unpacking import UNPACKING_ERRORS

# Cells filled down by hand are fewer; filled to the end of a sheet they are a million.
MAX_REPEATS = 1 << 16
PIECE_BYTES = 1 << 20
_REPEAT = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d{5,})""")
# The last: where a row begins or ends.
_MARK = re.compile(_REPEAT.pattern + rb"|(value-type|:value\b|<(?:text:)?p\b)|table-row")


def filled_repeats(path: Path) -> int:
    """How many rows the first filled row stands for that stands for too many; 0: none does."""
    if not is_zipfile(path):
        return 0
    try:
        with ZipFile(path) as archive:
            return _repeats(archive) if "content.xml" in archive.namelist() else 0
    except UNPACKING_ERRORS:
        # Whoever reads the cells says what is wrong.
        return 0


def _repeats(archive: ZipFile) -> int:
    before = b""
    with archive.open("content.xml") as file:
        while piece := file.read(PIECE_BYTES):
            # A row begins in one piece and may end in the next.
            if repeats := _repeats_in(before + piece):
                return repeats
            before = piece
    return 0


def _repeats_in(text: bytes) -> int:
    if _REPEAT.search(text) is None:
        return 0
    count = 0
    for match in _MARK.finditer(text):
        repeats, content = match.groups()
        if repeats:
            # Nine digits are more than any sheet has.
            count = int(repeats[:9])
        elif not content:
            count = 0
        elif count > MAX_REPEATS:
            return count
    return 0
