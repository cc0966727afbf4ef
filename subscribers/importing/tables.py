"""Tables of people: CSV and TSV, in the encodings that programs write."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from newsletter.errors import InvalidInput

DELIMITERS = ",;\t|"
CHUNK_BYTES = 1024 * 1024
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_table(path: Path) -> Iterator[list[str]]:
    """The rows of a table, the header first; an empty line is an empty row.

    Raises:
        InvalidInput: no text in an encoding that is taken, or no CSV.
    """
    encoding = encoding_of(path)
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as text:
            header = text.readline()
            text.seek(0)
            delimiter = max(DELIMITERS, key=header.count)
            for row in csv.reader(text, delimiter=delimiter, strict=True):
                yield row
                number += 1
    except (csv.Error, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{path}: row {number + 1} cannot be read: {error}; save the file again as CSV, UTF-8"
        ) from error


def encoding_of(path: Path) -> str:
    """UTF-16 where the file says so, UTF-8 where all of it is, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"PK\x03\x04"):
        raise InvalidInput(f"{path} is a spreadsheet, not text; save it as CSV, UTF-8")
    if start.startswith(UTF16_MARKS):
        return "utf-16"
    return "utf-8-sig" if _is_utf8(path) else "cp1252"


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
