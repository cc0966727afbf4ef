"""The file of refused rows, to be corrected and imported again."""

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from newsletter.private_files import restrict_before_writing
from subscribers.exporting import escape_formula, unescape_formula
from subscribers.importing.columns import REFUSED


class RejectFile:
    """Writes each refused row at once; the file is created with the first."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self.count = 0
        # A reject file that is imported again has these columns already.
        self._skipped = len(REFUSED) if tuple(header[: len(REFUSED)]) == REFUSED else 0
        self._header = header
        self._stack = ExitStack()
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def add(self, row: int, reason: str, cells: Sequence[str]) -> None:
        """Write a row with its reason; cells are escaped against formulas."""
        if self._writer is None:
            restrict_before_writing(self.path)
            file = self._stack.enter_context(self.path.open("w", encoding="utf-8", newline=""))
            self._writer = csv.writer(file)
            self._writer.writerow([*REFUSED, *map(escape_formula, self._header[self._skipped :])])
        self._writer.writerow([row, escape_formula(reason), *map(_again, cells[self._skipped :])])
        self.count += 1


def _again(cell: str) -> str:
    """Escape a cell once, since the imported file may be an export of ours."""
    return escape_formula(unescape_formula(cell))
