"""The outcome of a rehearsal or an import as a page shows it: counts, and the rows that matter."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from subscribers.importing.rows import ListedPerson
from subscribers.importing.storage.batches import FileRow
from subscribers.importing.storage.planning import UNKNOWN, Decision, RowOutcome
from subscribers.importing.values.cells import DamagedRow

# A page of rows is mended by hand; a file with more of them is mended in a spreadsheet.
MAX_ROWS = 200


class OutcomeReport:
    """Counts all rows, and keeps those that a person should see."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._refused: list[dict[str, Any]] = []
        self._away: list[dict[str, Any]] = []
        self._more_refused = self._more_away = 0

    def tell(self, row: FileRow, decision: Decision) -> None:
        """Keep a row that can be mended, or of somebody who stays away."""
        if decision.outcome is RowOutcome.REFUSED and is_correctable(decision):
            if len(self._refused) < MAX_ROWS:
                self._refused.append(_refused(row, decision))
            else:
                self._more_refused += 1
        elif decision.outcome in {RowOutcome.REFUSED, RowOutcome.SUPPRESSED}:
            if len(self._away) < MAX_ROWS and isinstance(row.said, ListedPerson):
                self._away.append(
                    {"row": row.number, "address": row.said.address, "reason": decision.reason}
                )
            else:
                self._more_away += 1

    def as_json(self) -> dict[str, Any]:
        """As stored with the upload."""
        return {
            "counts": dict(self.counts),
            "refused": self._refused,
            "more_refused": self._more_refused,
            "away": self._away,
            "more_away": self._more_away,
        }


def is_correctable(decision: Decision) -> bool:
    """Whether a refusal is about the row; else it is about a person, who stays away."""
    return decision.after == UNKNOWN


def merged(
    before: Mapping[str, Any], mended: Collection[int], after: Mapping[str, Any]
) -> dict[str, Any]:
    """The outcome of an import of which some refused rows were entered later.

    Args:
        mended: the numbers of these rows.
        after: their outcome.
    """
    left = [row for row in before["refused"] if row["row"] not in mended]
    counts = Counter(before["counts"])
    counts[RowOutcome.REFUSED.value] -= len(before["refused"]) - len(left)
    counts.update(after["counts"])
    return {
        "counts": {name: count for name, count in counts.items() if count},
        "refused": sorted([*left, *after["refused"]], key=lambda row: row["row"]),
        "more_refused": before["more_refused"] + after["more_refused"],
        "away": [*before["away"], *after["away"]],
        "more_away": before["more_away"] + after["more_away"],
    }


def _refused(row: FileRow, decision: Decision) -> dict[str, Any]:
    return {
        "row": row.number,
        "reason": decision.reason,
        "cells": list(row.cells),
        "is_damaged": isinstance(row.cells, DamagedRow),
    }
