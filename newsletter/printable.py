"""Sanitises untrusted text for terminals and logs.

Replaces control characters (terminal escape injection, CWE-150) and bidirectional overrides
(CVE-2021-42574), and masks passwords in URLs.
"""

import re
from typing import Any

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# C0 but tab and line feed, DEL, C1, Unicode's bidirectional controls (UAX #9),
# line and paragraph separators, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# To the last @ of the authority: who forgets to encode one in a password has it masked whole.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s?#]{1,500}@")


def printable(text: str) -> str:
    """The text without control characters and credentials."""
    return _CREDENTIALS.sub("…@", _UNSEEN.sub(REPLACEMENT, text))


def printable_json(text: str) -> str:
    """JSON text with these characters escaped."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def printable_value(value: Any) -> Any:
    """A value of a log line; text is sanitised and put on one line."""
    return printable(value).replace("\n", " ") if isinstance(value, str) else value
