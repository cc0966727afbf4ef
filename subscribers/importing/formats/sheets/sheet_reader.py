"""Reads a sheet and writes its rows as JSON Lines: `python -m …sheet_reader FILE SHEET`.

Runs as a subprocess with bounded memory: a sheet is loaded whole, and a file may declare any number
of rows.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TextIO

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from subscribers.importing.formats.sheets.claimed_parts import has_too_many
from subscribers.importing.formats.sheets.hidden_cells import hidden_cells
from subscribers.importing.formats.sheets.repeated_rows import filled_repeats
from subscribers.importing.formats.sheets.sheet_marks.reading import (
    UnreadableMarksError,
    sheet_marks,
)

MEMORY_BYTES = 2 << 30
# Of one sheet; a million rows take twenty.
CPU_SECONDS = 120
# The row limit of spreadsheets (ECMA-376; LibreOffice).
MAX_ROWS = 1_048_576
# Five for each row of a full sheet, none of them written twice.
MAX_TEXTS = 5_000_000
# Of all cells together; thirty of the longest that Excel allows.
MAX_ROW_CHARACTERS = 1_000_000
MAX_PROBLEM_CHARACTERS = 200
UNREADABLE_MARKS = (
    "is a workbook whose crossed-out cells, colours and comments cannot be read, and they may tell "
    "who left; save it as .xlsx, or as CSV, UTF-8, if nobody is marked in it"
)


def main(path: str, sheet: str, out: TextIO) -> None:
    """Write the rows of a sheet, then the result."""
    try:
        out.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in _said(path, sheet))
    except (CalamineError, OSError, ValueError, UnicodeError) as error:
        # The reader quotes what it did not expect, which may be most of the file.
        problem = str(error)[:MAX_PROBLEM_CHARACTERS]
        reason = f"is no spreadsheet that can be read ({problem}); save it as CSV, UTF-8"
        out.write(f"{json.dumps({'error': reason})}\n")


def _said(path: str, name: str) -> Iterator[object]:
    if repeats := filled_repeats(Path(path)):
        yield {
            "error": f"repeats one filled row {repeats:,} times, which is no list of people; "
            "delete the rows below the last person, or save it as CSV, UTF-8"
        }
        return
    if excess := has_too_many(Path(path), max_texts=MAX_TEXTS, max_rows=MAX_ROWS):
        yield {
            "error": f"has more than {excess}, which is no list of people; delete what is no part "
            "of it, or save it as CSV, UTF-8"
        }
        return
    with CalamineWorkbook.from_path(path) as book:
        visible = [
            each.name for each in book.sheets_metadata if each.visible is SheetVisibleEnum.Visible
        ]
        names = visible or book.sheet_names
        if not names or (name or names[0]) not in book.sheet_names:
            yield {"error": f"has no sheet {name!r}; it has: {', '.join(book.sheet_names)}"}
            return
        read = name or names[0]
        yield {"sheet": read, "others": [each for each in book.sheet_names if each != read]}
        sheet = book.get_sheet_by_name(read)
        if sheet.total_height > MAX_ROWS:
            yield {"error": f"claims {sheet.total_height:,} rows; save it as CSV, UTF-8"}
            return
        height, width = sheet.end or (0, 0)
        hidden = hidden_cells(Path(path), read, height + 1, width + 1)
        yield {"hidden rows": hidden.rows, "hidden columns": hidden.columns}

        def rows() -> Iterator[list[str]]:
            return ([_text(cell) for cell in cells] for cells in sheet.iter_rows())

        try:
            yield {"marks": sheet_marks(Path(path), read, rows, height + 1)}
        except UnreadableMarksError:
            yield {"error": UNREADABLE_MARKS}
            return
        for row in rows():
            # A sheet is as wide as its formatting: drop trailing empty cells.
            while row and not row[-1]:
                row.pop()
            if sum(map(len, row)) > MAX_ROW_CHARACTERS:
                yield {
                    "error": f"has a row of more than {MAX_ROW_CHARACTERS:,} characters, which is "
                    "no list of people; shorten it, or save it as CSV, UTF-8"
                }
                return
            yield row
        yield {"end": True}


def _text(cell: Any) -> str:
    """A cell as in CSV: ISO 8601 dates, whole numbers without a decimal point."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        is_day = cell.time() == time()
        return cell.date().isoformat() if is_day else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(sys.argv[1], sys.argv[2], sys.stdout)
