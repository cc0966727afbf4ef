"""A table of people, whatever kind of file it comes from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Rows = Callable[[], Iterator[Sequence[str]]]
"""Reads the file from its start; an empty row is one to be passed over."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that can be read as often as one likes."""

    header: list[str]
    """The name of each column; none is empty."""
    rows: Rows
    """Those below the header."""
    first_row: int = 2
    """The number of the first of them, as a spreadsheet counts."""
    address: int | None = None
    """Where the addresses are, by what stands in the rows; None where that is not clear."""
    notes: tuple[str, ...] = ()
    """What was assumed of the file, or passed over, for the report."""
    is_plain: bool = False
    """A bare list of addresses, which names no columns."""
    sheet: str = ""
    """The sheet of a spreadsheet that is read."""
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The addresses, in small letters, in its further sheets by their names."""


def named(header: Sequence[str]) -> list[str]:
    """The header with a name for each column that has none."""
    return [name.strip() or f"column {place}" for place, name in enumerate(header, start=1)]
