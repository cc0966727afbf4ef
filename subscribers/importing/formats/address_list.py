"""Bare lists of addresses, one or several a line, as pasted from a mail client."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.values.cells import MAILBOX, MAILBOXES, addresses_in, given_name_first
from subscribers.importing.values.filenames import may_state_status
from subscribers.importing.values.headings import BESIDE

HEADER = ["email", "name", BESIDE]
_PREFIX = re.compile(r"^mailto:", re.IGNORECASE)
# Recipient headers of a pasted mail.
_FIELD = re.compile(r"^\s*(?:to|cc|bcc|an|à|para|a|aan|do):\s*+(?=.*@)", re.IGNORECASE)
# What somebody wrote after the addresses of a line: "ann@example.org # left 2020".
_REMARK = re.compile(r"(?<=\S)\s+#(?P<remark>.*)", re.DOTALL)
# A minus sign before an address takes it out, or marks it.
_SIGNED = "a minus sign before the address"
_TAKEN_OUT = re.compile(r"[-–—−](?=[^\s<>]+@)")


def is_list(head: Sequence[str]) -> bool:
    """Whether the first lines are a bare list of addresses, without a header."""
    lines = [line for line in head if line.strip() and not line.lstrip().startswith("#")]
    people = [line for line in lines if "@" in line]
    return (
        bool(people)
        and "@" in lines[0]
        and all(MAILBOXES.fullmatch(_FIELD.sub("", _parted(line)[0])) for line in people)
    )


def address_list(path: Path, encoding: Encoding) -> SourceTable:
    """A bare list of addresses as a table, with what is written beside them if anything is."""
    width = 3 if any(beside for *_, beside in _rows(path, encoding)) else 2
    return SourceTable(
        header=HEADER[:width],
        rows=lambda: (row[:width] for row in _rows(path, encoding)),
        first_row=1,
        address=0,
        notes=("A bare list of addresses: nobody's line is taken for a header.",),
    )


def _rows(path: Path, encoding: Encoding) -> Iterator[Sequence[str]]:
    for line in opened_lines(path, encoding):
        bare = line.strip()
        if not bare or (bare.startswith("#") and not may_state_status(bare)):
            continue
        if not addresses_in(bare):
            yield [bare, "", ""]
            continue
        people, remark = _parted(bare)
        for match in MAILBOX.finditer(_FIELD.sub("", people)):
            address = _PREFIX.sub("", match["first"] or match["bare"])
            sign = _TAKEN_OUT.match(address)
            yield [
                address[sign.end() :] if sign else address,
                given_name_first(match["name"] or match["comment"] or ""),
                " ".join(filter(None, (sign and _SIGNED, remark))),
            ]


def _parted(line: str) -> tuple[str, str]:
    """The addresses of a line, and the remark after them."""
    remark = _REMARK.search(line)
    if remark is None or "@" in remark["remark"] or "@" not in line[: remark.start()]:
        return line, ""
    return line[: remark.start()], remark["remark"].strip()
