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
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
