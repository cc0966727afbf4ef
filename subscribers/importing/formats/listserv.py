"""The members of a LISTSERV list: address, name and options in columns of spaces.

LISTSERV List Owner's Manual, GET, REVIEW and QUERY; lines of its own begin with an asterisk.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.values.filenames import may_state_status

# The set options (List Owner's Manual, SET), also without "NO".
_OPTION = re.compile(
    r"(?:NO)?(?:MAIL|DIGESTS?|INDEX|ACK|MSGACK|REPRO|CONCEAL|MIME|HTML|SUBJECTHDR|(?:FULL|SHORT|DUAL|"
    r"IETF)(?:HDR|822)|RENEW|POST|EDITOR|REVIEW|TOPICS?\S*|SUSPEND\w*)"
)
_LINE = re.compile(r"\s*(?P<address>[^\s@,;<>]+@[^\s,;<>]+)(?:\s+(?P<rest>[^,;|\t@]+))?")
# A line of the list's own: "* Owner= …".
_KEYWORD = re.compile(r"\*\s*\w[\w-]*=")
# Without mail: these are members who asked for none.
_SILENT = frozenset({"NOMAIL", "SUSPEND", "SUSPENDED"})


def is_listserv(head: Sequence[str]) -> bool:
    """Whether every line with an address has such columns, below the list's own or with options."""
    people = [line.rstrip() for line in head if "@" in line and not line.startswith("*")]
    is_columns = bool(people) and all(map(_LINE.fullmatch, people))
    is_headed = head[0].startswith("*") and any(map(_KEYWORD.match, head)) if head else False
    return is_columns and (is_headed or _has_options(people))


def listserv(path: Path, encoding: Encoding) -> SourceTable:
    """The members as a table."""
    width = 3 if any(any(_row(line)[2:]) for line in opened_lines(path, encoding)) else 2
    return SourceTable(
        header=["email", "name", "status"][:width],
        rows=lambda: (_row(line)[:width] for line in opened_lines(path, encoding)),
        first_row=1,
        address=0,
        notes=("A list of LISTSERV: who has NOMAIL is read as having left.",),
    )


def _row(line: str) -> Sequence[str]:
    bare = line.strip()
    if not bare or (bare.startswith("*") and not may_state_status(bare)):
        return []
    match = _LINE.fullmatch(bare)
    if match is None:
        return [bare, "", ""]
    name, options = _parted(match["rest"] or "")
    if not options:
        return [match["address"], name, ""]
    status = "unsubscribed" if _SILENT & set(options) else "subscribed"
    return [match["address"], name, status]


def _parted(rest: str) -> tuple[str, list[str]]:
    """The name and the options after an address; a single space may part them."""
    words = rest.split()
    end = len(words)
    while end and _OPTION.fullmatch(words[end - 1]):
        end -= 1
    return " ".join(words[:end]), words[end:]


def _has_options(people: Sequence[str]) -> bool:
    return sum(map(bool, map(_options_of, people))) * 2 > len(people)


def _options_of(line: str) -> list[str]:
    """The options in the last column of a person's line."""
    columns = re.split(r"\s{2,}", line.strip())
    return _options(columns[-1]) if "@" in columns[0] else []


def _options(text: str) -> list[str]:
    """The options that a cell lists; empty if it holds anything else."""
    words = text.strip().rstrip(",").replace(",", " ").split()
    return words if words and all(map(_OPTION.fullmatch, words)) else []
