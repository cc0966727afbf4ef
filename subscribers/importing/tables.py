"""Tables of people as text: CSV and TSV, in the encodings that programs write."""

import codecs
import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from newsletter.errors import InvalidInput

DELIMITERS = ",;\t|"
KILOBYTE = 1024
CHUNK_BYTES = 1024 * KILOBYTE
# No list of people has longer ones; a file without any line end must not fill the memory.
LONGEST_LINE = 1_000_000
# MailPoet alone writes \\" for a quotation mark within them.
MAILPOETS = '"global status"'
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF16_MARGIN = 0.4


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that is being read."""

    rows: Iterator[list[str]]
    """The header first; an empty line is an empty row."""
    total: int
    done: Callable[[], int]
    """How much of the total has been read."""
    unit: str
    """Of both."""


@contextmanager
def text_table(path: Path) -> Iterator[Table]:
    """Open a table in text; its total is in kilobytes.

    Raises:
        InvalidInput: no text in an encoding that is taken, or no CSV.
    """
    encoding = encoding_of(path)
    with path.open("rb") as file, TextIOWrapper(file, encoding=encoding, newline="") as text:
        total = path.stat().st_size // KILOBYTE
        yield Table(
            rows=_rows(path, text), total=total, done=lambda: file.tell() // KILOBYTE, unit="KB"
        )


def _rows(path: Path, text: TextIO) -> Iterator[list[str]]:
    number = 0
    try:
        header = text.readline(LONGEST_LINE)
        text.seek(0)
        delimiter = max(DELIMITERS, key=header.count)
        escape = "\\" if MAILPOETS in header.casefold() else None
        lines = csv.reader(_lines(text), delimiter=delimiter, escapechar=escape, strict=True)
        for row in lines:
            yield row
            number += 1
    except (csv.Error, UnicodeError) as error:
        raise InvalidInput(
            f"{path}: row {number + 1} cannot be read: {error}; save the file again as CSV, UTF-8"
        ) from error


def _lines(text: TextIO) -> Iterator[str]:
    """
    Raises:
        csv.Error: a line is too long to be one of a list of people.
    """
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error(f"a line is longer than {LONGEST_LINE:,} characters")
        yield line


def encoding_of(path: Path) -> str:
    """UTF-16 where the file says so or looks it, UTF-8 where all of it is, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(UTF16_MARKS):
        return "utf-16"
    return _unmarked_utf16(start) or ("utf-8-sig" if _is_utf8(path) else "cp1252")


def _unmarked_utf16(start: bytes) -> str:
    """Western text in UTF-16 is every other byte zero."""
    half = len(start) // 2 or 1
    if start[1::2].count(0) > half * UTF16_MARGIN and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) > half * UTF16_MARGIN and not start[1::2].count(0):
        return "utf-16-be"
    return ""


def _is_utf8(path: Path) -> bool:
    """
    Raises:
        InvalidInput: it begins as UTF-8, with more than ASCII in it, and goes on as something else.
    """
    decoder, lines, is_more_than_ascii = codecs.getincrementaldecoder("utf-8")(), 1, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                if not (is_more_than_ascii or not before.isascii()):
                    return False
                raise InvalidInput(
                    f"{path}: line {lines + before.count(bytes([10]))} is not UTF-8, as the lines "
                    "before it are; save the whole file again as UTF-8"
                ) from error
            lines += text.count("\n")
            is_more_than_ascii = is_more_than_ascii or not text.isascii()
            if not chunk:
                return True
