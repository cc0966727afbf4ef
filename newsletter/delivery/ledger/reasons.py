"""Server responses as stored and displayed.

The recipient's address is redacted before storing, so that equal responses compare equal and
erasure leaves no trace. For display, queue ids and other numbers are redacted too.
"""

import re
from collections import Counter
from collections.abc import Iterable

MAX_CHARACTERS = 1000
GONE = "…"
# Begins the reason of a delivery that failed because time ran out.
GIVEN_UP = "given up: "
_ADDRESS = re.compile(r"[^\s<>\"'()\[\],;:=]+@[\w.-]+\w")
# A session or queue id: letters and digits mixed, or a long number.
_NUMBER = re.compile(
    r"(?<![\w.])(?=[\w-]*\d)(?=[\w-]*[A-Za-z_-])[\w-]{8,}(?![\w.])|(?<![\w.])\d{6,}\b"
)


def storable(response: str, address: str = "") -> str:
    """A response for storing: printable, bounded, without the recipient's address."""
    text = response[:MAX_CHARACTERS]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    if address and "@" in text:
        text = re.sub(re.escape(address), GONE, text, flags=re.IGNORECASE)
    return text


def without_addresses(response: str) -> str:
    """A response with every address redacted."""
    return _ADDRESS.sub(GONE, response) if "@" in response else response


def normalised(reason: str) -> str:
    """A response with addresses and ids redacted, for comparing and display."""
    return _NUMBER.sub(GONE, _ADDRESS.sub(GONE, reason))


def describe_error(error: BaseException) -> str:
    """An exception in one line."""
    words = storable(" ".join(str(error).split()))
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def grouped_by_reason(reasons: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """States, reasons and counts with equal reasons merged, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for state, reason, count in reasons:
        counts[state, normalised(reason)] += count
    return [(state, reason, count) for (state, reason), count in counts.most_common()]
