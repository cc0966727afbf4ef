"""A line of a bare list: addresses, and what is written beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from subscribers.importing.values.boxes import box_in, without_boxes
from subscribers.importing.values.cells import (
    ADDRESS,
    MAILBOX,
    MAILBOXES,
    addresses_in,
    given_name_first,
    without_sign,
)
from subscribers.importing.values.remarks import REMARK_SEPARATOR, says_only_left

DELIMITERS = ",;\t|"
COMMENTED_OUT = "commented out"
TAKEN_OUT = "taken out with a minus sign"
SIGNED = "a sign before the address"
"""Said of a sign that most have: it tells nobody apart."""
_PREFIX = re.compile(r"^mailto:", re.IGNORECASE)
# Recipient headers of a pasted mail.
_FIELD = re.compile(r"^\s*(?:to|cc|bcc|an|à|para|a|aan|do):\s*+(?=.*@)", re.IGNORECASE)
# What somebody wrote after the addresses of a line: "ann@example.org # left 2020".
_REMARK = re.compile(r"(?<=\S)\s+#(?P<remark>.*)", re.DOTALL)
_SIGN = re.compile(r"(?P<comment>#+|//+|;+)\s*|[-–—−](?=[^\s<>]+@)")
_AROUND = " \t\r\n,;:.()[]|/–—-\"'#*="


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedLine:
    """What stands in a line."""

    mailboxes: str
    remark: str = ""
    sign: str = ""
    """What a sign at its start says: `COMMENTED_OUT`, `TAKEN_OUT` or nothing."""
    is_apart: bool = True
    """Whether the remark follows after a number sign, or is none."""

    @property
    def people(self) -> list[tuple[str, str]]:
        """Address and name of each."""
        return [
            (
                without_sign(_PREFIX.sub("", match["first"] or match["bare"])),
                given_name_first(match["name"] or match["comment"] or ""),
            )
            for match in MAILBOX.finditer(self.mailboxes)
        ]


def line_of(text: str) -> ListedLine | None:
    """The parts of a line; None if it may be a row of a table, or has no address."""
    box = box_in(text)
    if box:
        line = line_of(without_boxes(text))
        said = REMARK_SEPARATOR.join(filter(None, (box, line.remark))) if line else ""
        return replace(line, remark=said) if line else None
    bare = _FIELD.sub("", text.strip())
    found = _SIGN.match(bare)
    sign = "" if found is None else COMMENTED_OUT if found["comment"] else TAKEN_OUT
    bare = bare[found.end() :] if found else bare
    if MAILBOXES.fullmatch(bare):
        return _with_comment(ListedLine(mailboxes=bare, sign=sign))
    remark = _REMARK.search(bare)
    if remark is not None and "@" not in remark["remark"]:
        people, said = bare[: remark.start()], remark["remark"].strip()
        if MAILBOXES.fullmatch(people):
            return ListedLine(mailboxes=people, remark=said, sign=sign)
    return _loose(bare, sign)


def _with_comment(line: ListedLine) -> ListedLine:
    """The line with a comment in its place: “ann@example.org (left)” is nobody's name."""
    matches = list(MAILBOX.finditer(line.mailboxes))
    comment = matches[0]["comment"] or "" if len(matches) == 1 else ""
    if not says_only_left(comment):
        return line
    return ListedLine(mailboxes=matches[0]["bare"], remark=comment, sign=line.sign)


def _loose(bare: str, sign: str) -> ListedLine | None:
    addresses = addresses_in(bare)
    if len(addresses) != 1:
        return None
    before, _, after = ADDRESS.sub("\0", bare, count=1).partition("\0")
    remark = " ".join(filter(None, (before.strip(_AROUND), after.strip(_AROUND))))
    is_cell = any(mark in after or mark in before for mark in DELIMITERS)
    if is_cell and not says_only_left(remark):
        return None
    return ListedLine(mailboxes=addresses[0], remark=remark, sign=sign, is_apart=False)


def are_lines(lines: Sequence[str]) -> bool:
    """Whether these make a bare list: an address each, and no delimiter parts most in cells."""
    people = [line for line in lines if "@" in line]
    listed = [line_of(line) for line in people]
    parted = sum(
        line is not None and not line.is_apart and any(mark in text for mark in DELIMITERS)
        for line, text in zip(listed, people, strict=True)
    )
    return bool(people) and None not in listed and parted * 2 < len(people)
