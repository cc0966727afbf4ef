"""The outcome of a list in words: how many rows came to what."""

from collections.abc import Mapping
from typing import Any

from subscribers.importing.storage.planning import RowOutcome

OUTCOMES: Mapping[str, str] = {
    RowOutcome.CONFIRMED: "confirmed",
    RowOutcome.PENDING: "not confirmed: sent nothing",
    RowOutcome.SUPPRESSED: "left or undeliverable: suppressed",
    RowOutcome.UPDATED: "updated",
    RowOutcome.UNCHANGED: "known already",
    RowOutcome.REFUSED: "refused",
}
KINDS: Mapping[str, str] = {RowOutcome.CONFIRMED: "good", RowOutcome.REFUSED: "bad"}
# Rows on a page, and their cells: the console takes no form of more fields.
ROWS_PER_FORM = 20
MAX_CELLS = 1_500


def figures(outcome: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """Numbers with what they count, and how they look."""
    counts = outcome.get("counts", {})
    return [
        (counts[name], words, KINDS.get(name, ""))
        for name, words in OUTCOMES.items()
        if counts.get(name)
    ]


def enterable(outcome: Mapping[str, Any]) -> int:
    """The people whom entering adds or changes."""
    counts = outcome.get("counts", {})
    entered = (RowOutcome.CONFIRMED, RowOutcome.PENDING, RowOutcome.UPDATED)
    return sum(counts.get(name.value, 0) for name in entered)
