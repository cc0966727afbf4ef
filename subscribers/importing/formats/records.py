"""Lists in blocks of lines, one a person: "email a@b.org", as in Sympa's member dump."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable


def is_records(head: Sequence[str]) -> bool:
    """Whether a text starts with such a block."""
    lines = [line.strip() for line in head if line.strip()]
    keys = [line.split(" ", 1)[0] for line in lines]
    return (
        len(lines) > 1
        and "email" in keys
        and all(key.replace("_", "").isalpha() and key.islower() for key in keys)
        and all("@" in line for line in lines if line.startswith("email "))
    )


def records(path: Path, encoding: Encoding) -> SourceTable:
    """The list as a table."""
    keys: dict[str, None] = {}
    for block in _blocks(path, encoding):
        keys.update(dict.fromkeys(block))
    header = list(keys)

    def rows() -> Iterator[Sequence[str]]:
        for block in _blocks(path, encoding):
            yield [block.get(key, "") for key in header]

    return SourceTable(header=header, rows=rows, first_row=1)


def _blocks(path: Path, encoding: Encoding) -> Iterator[dict[str, str]]:
    block: dict[str, str] = {}
    for line in opened_lines(path, encoding):
        bare = line.strip()
        if bare:
            key, _, value = bare.partition(" ")
            block[key] = value.strip()
        elif block:
            yield block
            block = {}
    if block:
        yield block
