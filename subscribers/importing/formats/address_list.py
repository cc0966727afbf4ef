"""Bare lists of addresses, one or several a line, as pasted from a mail client."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.values.cells import MAILBOX, MAILBOXES, addresses_in
from subscribers.importing.values.filenames import may_state_status

HEADER = ["email", "name"]
_PREFIX = re.compile(r"^mailto:", re.IGNORECASE)
# Recipient headers of a pasted mail.
_FIELD = re.compile(r"^\s*(?:to|cc|bcc|an|à|para|a|aan|do):\s*(?=\S*.*@)", re.IGNORECASE)


def is_list(head: Sequence[str]) -> bool:
    """Whether the first lines are a bare list of addresses, without a header."""
    lines = [line for line in head if line.strip() and not line.lstrip().startswith("#")]
    people = [line for line in lines if "@" in line]
    return (
        bool(people)
        and "@" in lines[0]
        and all(MAILBOXES.fullmatch(_FIELD.sub("", line)) for line in people)
    )


def address_list(path: Path, encoding: Encoding) -> SourceTable:
    """A bare list of addresses as a two-column table."""
    return SourceTable(
        header=HEADER,
        rows=lambda: _rows(path, encoding),
        first_row=1,
        address=0,
        notes=("A bare list of addresses: nobody's line is taken for a header.",),
        is_plain=True,
    )


def _rows(path: Path, encoding: Encoding) -> Iterator[Sequence[str]]:
    for line in opened_lines(path, encoding):
        bare = line.strip()
        if not bare or (bare.startswith("#") and not may_state_status(bare)):
            continue
        if not addresses_in(bare):
            yield [bare, ""]
        for match in MAILBOX.finditer(_FIELD.sub("", bare)):
            address = match["first"] or match["bare"]
            yield [_PREFIX.sub("", address), _name(match["name"] or match["comment"] or "")]


def _name(text: str) -> str:
    """A name, given name first: mail clients also write “Carter, Ann”."""
    name = text.strip(" \t,;\"'")
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name
