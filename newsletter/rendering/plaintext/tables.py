"""Data tables as plain text columns, with multi-line cells and spans."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import html as trees

from newsletter.rendering.plaintext.layout import columns, padded

GAP = 2
# Span limits (HTML Standard, "forming a table").
MAX_COLUMNS_SPANNED = 1000
MAX_ROWS_SPANNED = 1000


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell and its spans."""

    text: str
    column_span: int = 1
    row_span: int = 1

    @classmethod
    def of(cls, element: trees.HtmlElement, text: str) -> "Cell":
        return cls(
            text=text,
            column_span=_span(element.get("colspan"), MAX_COLUMNS_SPANNED),
            row_span=_span(element.get("rowspan"), MAX_ROWS_SPANNED),
        )

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def width(self) -> int:
        return max(map(columns, self.lines))


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """A cell and its first column."""

    column: int
    cell: Cell


def grid_of(rows: Sequence[Sequence[Cell]], width: int) -> str:
    """The table in columns; empty if it does not fit."""
    placed = _place(rows)
    widths = _widths(placed)
    if not widths or sum(widths) + GAP * (len(widths) - 1) > width:
        return ""
    return "\n".join(_line(row, widths) for row in placed if row)


def _place(rows: Sequence[Sequence[Cell]]) -> list[list[_Placed]]:
    """Each cell in the first column not covered by a row span."""
    reaching: dict[int, int] = {}
    placed = []
    for row in rows:
        column, line = 0, []
        taken = {at for at, left in reaching.items() if left > 0}
        reaching = {at: left - 1 for at, left in reaching.items() if left > 1}
        for cell in row:
            while column in taken:
                column += 1
            line.append(_Placed(column=column, cell=cell))
            if cell.row_span > 1:
                span = range(column, column + cell.column_span)
                reaching |= dict.fromkeys(span, cell.row_span - 1)
            column += cell.column_span
        placed.append(line)
    return placed


def _widths(placed: Sequence[Sequence[_Placed]]) -> list[int]:
    """The width of each column; a spanning cell widens its last column."""
    single: dict[int, int] = {}
    cells = [one for row in placed for one in row]
    for one in cells:
        if one.cell.column_span == 1:
            single[one.column] = max(single.get(one.column, 0), one.cell.width)
    for one in cells:
        span = range(one.column, one.column + one.cell.column_span)
        # Columns in which no cell starts have no width.
        inside = [at for at in span if at in single] or [one.column]
        has = sum(single.get(at, 0) for at in inside) + GAP * (len(inside) - 1)
        if one.cell.width > has:
            single[inside[-1]] = single.get(inside[-1], 0) + one.cell.width - has
    return [single.get(at, 0) for at in range(max(single, default=-1) + 1)]


def _line(row: Sequence[_Placed], widths: Sequence[int]) -> str:
    height = max(len(one.cell.lines) for one in row)
    return "\n".join(_text_line(row, widths, number) for number in range(height))


def _text_line(row: Sequence[_Placed], widths: Sequence[int], number: int) -> str:
    text = ""
    for one in row:
        start = sum(widths[: one.column]) + GAP * one.column
        lines = one.cell.lines
        text = padded(text, max(start, columns(text))) + (
            lines[number] if number < len(lines) else ""
        )
    return text.rstrip()


def _span(text: str | None, most: int) -> int:
    return min(int(text), most) if text and text.isascii() and text.isdigit() and int(text) else 1
