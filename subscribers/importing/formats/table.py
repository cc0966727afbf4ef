"""A table of people, independent of the file format."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Rows = Callable[[], Iterator[Sequence[str]]]
"""Reads the rows from the start; empty rows are to be skipped."""


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A table that can be read repeatedly."""

    header: list[str]
    """Column names; none is empty."""
    rows: Rows
    """Rows below the header."""
    first_row: int = 2
    """The number of the first of them, as in a spreadsheet."""
    address: int | None = None
    """The column of addresses by its values; None if unclear."""
    notes: tuple[str, ...] = ()
    """Assumptions made and content skipped, for the report."""
    titles: tuple[str, ...] = ()
    """Lines above the header."""
    events: tuple[str, str] | None = None
    """The headings of the events and moments of a sign-up log; None: it is none."""
    sheet: str = ""
    """The sheet of a spreadsheet."""
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Addresses, casefolded, in other sheets by sheet name."""


def named(header: Sequence[str]) -> list[str]:
    """The header, with a name for each unnamed column."""
    return [name.strip() or f"column {place}" for place, name in enumerate(header, start=1)]


def passed_over(count: int, what: str) -> tuple[str, ...]:
    """The note on entries of an address book that have no address."""
    return (f"{count} {what} without an address are passed over.",) if count else ()
