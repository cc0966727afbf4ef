"""Marks in a sheet of an XLS file ([MS-XLS]), which xlrd reads with its formatting."""

import io
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import xlrd

from subscribers.importing.formats.sheets.sheet_marks.marks import (
    CellStyle,
    SheetMarks,
    StruckText,
    colour_name,
)

# The fill pattern of one colour ([MS-XLS], 2.5.138 FillPattern).
SOLID = 1
Book = Any
"""A workbook of xlrd, which ships no types."""


def marks_of_xls(path: Path, sheet: str) -> SheetMarks:
    """The marks of a sheet.

    Raises:
        Exception: of any kind: the workbook is damaged, or of an unusual build.
    """
    marks = SheetMarks()
    with xlrd.open_workbook(
        str(path),
        formatting_info=True,
        ragged_rows=True,
        on_demand=True,
        ignore_workbook_corruption=True,
        logfile=io.StringIO(),
    ) as book:
        page = book.sheet_by_name(sheet)
        styles = {
            number: style
            for number, form in enumerate(book.xf_list)
            if (style := _style(book, form))
        }
        for row in range(page.nrows if styles else 0):
            for column in range(page.row_len(row)):
                number = page.cell_xf_index(row, column)
                if number in styles:
                    marks.add_style(row + 1, column + 1, styles[number])
        for (row, column), runs in page.rich_text_runlist_map.items():
            text = StruckText.of(_runs(book, str(page.cell_value(row, column)), runs))
            marks.add_struck_text(row + 1, column + 1, text)
        for (row, _), note in page.cell_note_map.items():
            # Excel writes the author's name above the comment as well.
            marks.add_comment(row + 1, note.text.strip().removeprefix(f"{note.author}:"))
    return marks


def _runs(book: Book, text: str, runs: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """The pieces of a text, each with whether its font strikes it out.

    Args:
        runs: where each begins, and the number of its font; before the first is the cell's own.
    """
    starts = [*runs, (len(text), 0)]
    yield text[: starts[0][0]], False
    for (start, font), (end, _) in pairwise(starts):
        yield text[start:end], bool(book.font_list[font].struck_out)


def _style(book: Book, form: Any) -> CellStyle:
    font, fill = book.font_list[form.font_index], form.background
    colour = _colour(book, fill.pattern_colour_index) if fill.fill_pattern == SOLID else ""
    letters = _colour(book, font.colour_index)
    colours = (
        f"coloured {colour}" if colour else "",
        # Blue letters are links.
        f"in {letters} letters" if letters not in {"", "blue"} else "",
    )
    return CellStyle(is_struck_out=bool(font.struck_out), colours=tuple(filter(None, colours)))


def _colour(book: Book, index: int) -> str:
    rgb = book.colour_map.get(index)
    return colour_name(bytes(rgb).hex()) if rgb else ""
