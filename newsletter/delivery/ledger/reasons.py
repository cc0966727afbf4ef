"""The words of an answer as the ledger keeps and shows them.

Nobody's address is kept with them, so equal answers are equal, and an erased person leaves none.
For showing, what differs from mail to mail (queue numbers, sessions, times) is taken out as well.
"""

import re
from collections import Counter
from collections.abc import Iterable

MAX_CHARACTERS = 1000
GONE = "…"
_ADDRESS = re.compile(r"[^\s<>\"'()\[\],;:=]+@[\w.-]+\w")
# A session or a queue number: letters and digits mixed, or a long number.
_NUMBER = re.compile(
    r"(?<![\w.])(?=[\w-]*\d)(?=[\w-]*[A-Za-z_-])[\w-]{8,}(?![\w.])|(?<![\w.])\d{6,}\b"
)


def kept(response: str, address: str = "") -> str:
    """An answer as it may be stored: printable, bounded, without the address it speaks of."""
    text = response[:MAX_CHARACTERS]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    if address and "@" in text:
        text = re.sub(re.escape(address), GONE, text, flags=re.IGNORECASE)
    return text


def normalised(reason: str) -> str:
    """An answer without all that differs between answers that say the same."""
    return _NUMBER.sub(GONE, _ADDRESS.sub(GONE, reason))


def fault(error: BaseException) -> str:
    """An error of ours in one line."""
    words = kept(" ".join(str(error).split()))
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def grouped(reasons: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """States, reasons and counts with equal reasons in one line, the commonest first."""
    found: Counter[tuple[str, str]] = Counter()
    for state, reason, count in reasons:
        found[state, normalised(reason)] += count
    return [(state, reason, count) for (state, reason), count in found.most_common()]
