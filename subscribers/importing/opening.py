"""Opening a table of people, whatever kind of file it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.errors import InvalidInput
from subscribers.importing.spreadsheets import is_zip, spreadsheet
from subscribers.importing.tables import Table, text_table


@contextmanager
def open_table(path: Path, sheet: str = "") -> Iterator[Table]:
    """Open a spreadsheet or a table in text.

    Args:
        sheet: of a spreadsheet; empty: the first.

    Raises:
        InvalidInput: it is neither, or cannot be read.
    """
    if not path.is_file():
        raise InvalidInput(f"{path} is no file that can be read twice; save it as one first")
    if is_zip(path):
        with spreadsheet(path, sheet) as table:
            yield table
    elif sheet:
        raise InvalidInput(f"{path} is no spreadsheet, so it has no sheet {sheet!r}")
    else:
        with text_table(path) as table:
            yield table
