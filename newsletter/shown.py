"""Text as it may be shown on a terminal or stand in a log, wherever it came from.

Control characters move the cursor, colour what follows or answer in the operator's name (CWE-150);
bidirectional overrides show a line in another order than it is (CVE-2021-42574). Both are replaced,
so that one sees that there was something. Passwords in addresses are masked like every secret.
"""

import re
from typing import Any

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# C0 but for tab and line feed, DEL, C1, the marks of Unicode's bidirectional algorithm (UAX #9),
# line and paragraph separators, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_CREDENTIALS = re.compile(r"(?<=://)[^/\s?#@]{1,500}@")


def shown(text: str) -> str:
    """The text without what a terminal would obey, and without credentials."""
    return _CREDENTIALS.sub("…@", _UNSEEN.sub(REPLACEMENT, text))


def shown_json(text: str) -> str:
    """JSON text for a terminal or a script: the same characters, escaped."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def shown_value(value: Any) -> Any:
    """A value of a log line; only text is changed, on one line."""
    return shown(value).replace("\n", " ") if isinstance(value, str) else value
