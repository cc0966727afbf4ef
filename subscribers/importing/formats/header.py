"""Detection of a table's header: below titles, above the rows, or missing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsletter.errors import InvalidInput
from subscribers.importing.columns import address_column
from subscribers.importing.formats.table import Rows, SourceTable, named
from subscribers.importing.values.cells import MAILBOXES, addresses_in

# Rows searched for the header.
LOOKED_AT = 60
# Each is matched with all known headings.
MAX_COLUMNS = 1000
_MOST = 0.7


@dataclass(frozen=True, kw_only=True)
class Located:
    """The header among the first rows."""

    header: int | None
    """None if the first row is a person."""
    address: int | None
    """The column of addresses, by its values."""


def locate(rows: Sequence[Sequence[str]]) -> Located:
    """Find the header among the first rows of a table."""
    titles = _titles(rows)
    people = [
        place
        for place, row in enumerate(rows)
        if place >= titles and any("@" in cell for cell in row)
    ]
    first = next((place for place in people if _has_address(rows[place])), None)
    above = [place for place, row in enumerate(rows[:first]) if any(map(str.strip, row))]
    headers = [place for place in above if address_column(rows[place]) is not None]
    address = _by_content(rows[first:]) if first is not None else None
    if headers:
        return Located(header=headers[-1], address=address)
    if first is None:
        return Located(header=above[0] if above else 0, address=None)
    if not above:
        return Located(header=None, address=address)
    widest = max(above, key=lambda place: (_filled(rows[place]), place))
    return Located(header=widest, address=address)


def table_of(first: Sequence[Sequence[str]], rows: Rows, notes: Sequence[str] = ()) -> SourceTable:
    """The table that starts with these rows.

    Args:
        first: the first rows.
        rows: reads all rows from the start.

    Raises:
        InvalidInput: the file is empty, or far too wide.
    """
    if not any(any(map(str.strip, row)) for row in first):
        raise InvalidInput("the file is empty: the first line must name the columns")
    place = locate(first)
    if place.header is None:
        width = max(map(len, first), default=0)
        header = _header([""] * width)
        if place.address is not None:
            header[place.address] = "email"
        all_notes = (*notes, "No line names the columns: the first one is a person's.")
        return SourceTable(
            header=header, rows=rows, first_row=1, address=place.address, notes=all_notes
        )
    header = _header(_unpadded(first[place.header]))
    titles = _titles_of(first[: place.header])
    all_notes = (*notes, *(f"Passed over above the header: {title[:60]}" for title in titles))
    below = place.header + 1
    return SourceTable(
        header=header,
        rows=lambda: _below(rows, below, header),
        first_row=below + 1,
        address=place.address,
        notes=all_notes,
        titles=titles,
    )


def _header(names: Sequence[str]) -> list[str]:
    if len(names) > MAX_COLUMNS:
        raise InvalidInput(
            f"the file has {len(names):,} columns, and a list of people {MAX_COLUMNS:,} at most; "
            "leave out those that are not needed, or save it with another separator"
        )
    return named(names)


def _below(rows: Rows, count: int, header: Sequence[str]) -> Iterator[Sequence[str]]:
    iterator = rows()
    for _ in range(count):
        next(iterator, None)
    for row in iterator:
        # Concatenated files repeat the header.
        yield [] if list(row) == header else row


def _titles_of(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    titles = (" ".join(filter(None, map(str.strip, row))) for row in rows if any(row))
    return tuple(filter(None, titles))


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """How many rows are titles that name an address above a header that is known.

    Google Groups writes "Members for group GROUP@EXAMPLE.ORG". A row with a person's address in a
    cell of its own is no title.
    """
    for place, row in enumerate(rows):
        if any(MAILBOXES.fullmatch(cell) for cell in row if "@" in cell):
            return 0
        if address_column(row) is not None and not any("@" in cell for cell in row):
            above = rows[:place]
            return place if all(_filled(title) < _filled(row) for title in above) else 0
    return 0


def _has_address(row: Sequence[str]) -> bool:
    return any(addresses_in(cell) for cell in row)


def _by_content(rows: Sequence[Sequence[str]]) -> int | None:
    width = max(map(len, rows), default=0)
    headings = [
        place
        for place in range(width)
        if _share(cell for row in rows if place < len(row) if (cell := row[place].strip())) > _MOST
    ]
    return headings[0] if len(headings) == 1 else None


def _share(cells: Iterable[str]) -> float:
    listed = list(cells)
    return sum(bool(addresses_in(cell)) for cell in listed) / len(listed) if listed else 0.0


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _unpadded(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return cells
