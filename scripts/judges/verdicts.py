"""A validator's result, and the table of all results."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One validator's result for one mail."""

    judge: str
    about: str
    faults: tuple[str, ...] = ()
    note: str = ""
    """A measured value, if any."""

    @property
    def word(self) -> str:
        return "FAULT" if self.faults else self.note or "good"


def print_table(verdicts: Sequence[Verdict]) -> None:
    """A row for each mail, a column for each validator; below it, every fault."""
    judges = list(dict.fromkeys(v.judge for v in verdicts))
    mails = list(dict.fromkeys(v.about for v in verdicts))
    words = {(v.judge, v.about): v.word for v in verdicts}
    rows = [["about", *judges], *([m, *(words.get((j, m), "") for j in judges)] for m in mails)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(
            "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    for verdict in verdicts:
        for fault in verdict.faults:
            print(f"{verdict.about}, {verdict.judge}: {fault}")
