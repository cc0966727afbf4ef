"""The report of an import, as JSON that is kept with it."""

from typing import Any

from subscribers.importing.analysis import FileAnalysis
from subscribers.importing.questions import UNREAD

MAX_SAMPLE_LENGTH = 30


def stored(examination: FileAnalysis) -> dict[str, Any]:
    """The role of each column, and assumptions about the file."""
    return {
        "rows": examination.rows,
        "misfits": examination.fitness.misfits,
        "columns": [
            {
                "heading": column.heading,
                "read_as": column.role,
                "why": column.why,
                "different": column.different,
                "samples": [short(sample) for sample in column.samples],
            }
            for column in examination.columns
            if column.role == UNREAD or column.filled
        ],
        "notes": list(examination.notes),
    }


def short(text: str) -> str:
    """A sample of a cell in one line."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_SAMPLE_LENGTH else f"{line[: MAX_SAMPLE_LENGTH - 1]}…"
