"""The subscription log of ezmlm and mlmmj: a moment, + or - with its occasion, an address.

ezmlm-idx FAQ, 4.34; `-probe` is a removal since mail came back.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable

HEADER = ["timestamp", "event", "email", "name"]
# Asked for by mail, the log has the date before the timestamp. The bounds keep a long line of
# another kind from being tried in very many ways.
_LINE = re.compile(
    r"(?:[^@]{0,99}?\s)?(?P<moment>\d{9,10})\s+(?P<sign>[+-])(?P<occasion>[a-z]{0,20})\s*"
    r"(?P<address>[^\s@]+@\S+)(?:\s+(?P<comment>.*))?"
)
_NAME = re.compile(r"(?:From:\s*)?\"?([^\"<>@]*+)\"?\s*(?:<[^<>]*>)?", re.IGNORECASE)


def is_ezmlm_log(head: Sequence[str]) -> bool:
    """Whether the first lines are of such a log."""
    lines = [line.strip() for line in head if line.strip()]
    return bool(lines) and all(map(_LINE.fullmatch, lines))


def ezmlm_log(path: Path, encoding: Encoding) -> SourceTable:
    """The log as a table of events."""
    return SourceTable(
        header=HEADER,
        rows=lambda: map(_row, opened_lines(path, encoding)),
        first_row=1,
        address=2,
    )


def _row(line: str) -> Sequence[str]:
    bare = line.strip()
    match = _LINE.fullmatch(bare)
    if match is None:
        return ["", "", bare, ""] if bare else []
    if match["occasion"] == "probe":
        event = "bounced" if match["sign"] == "-" else "sent"
    else:
        event = "subscribed" if match["sign"] == "+" else "unsubscribed"
    name = _NAME.fullmatch(match["comment"] or "")
    return [match["moment"], event, match["address"], name[1].strip() if name else ""]
