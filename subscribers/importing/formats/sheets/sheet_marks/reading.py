"""The marks of a sheet of any spreadsheet that keeps them."""

from pathlib import Path
from zipfile import ZipFile

from lxml import etree

from newsletter.unpacking import UNPACKING_ERRORS
from subscribers.importing.formats.sheets.sheet_marks.marks import SheetMarks
from subscribers.importing.formats.sheets.sheet_marks.ods import marks_of_ods
from subscribers.importing.formats.sheets.sheet_marks.xlsx import marks_of_xlsx
from subscribers.importing.formats.signatures import OLE_MARK
from subscribers.importing.formats.table import Rows


class UnreadableMarksError(ValueError):
    """The marks of a workbook cannot be read, though its cells can."""


def sheet_marks(path: Path, sheet: str, rows: Rows, height: int) -> dict[int, str]:
    """What is marked in each row that has a mark, by the row's number from 1.

    Args:
        rows: reads those of the sheet.
        height: how many these are.

    Raises:
        UnreadableMarksError: the workbook is of an unusual build.
    """
    # By its beginning: a compound file may hold a ZIP archive, such as its theme.
    with path.open("rb") as file:
        is_old = file.read(len(OLE_MARK)) == OLE_MARK
    marks = _in_compound_file(path, sheet) if is_old else _in_archive(path, sheet)
    return marks.by_row(rows, height)


def _in_archive(path: Path, sheet: str) -> SheetMarks:
    try:
        with ZipFile(path) as archive:
            names = frozenset(archive.namelist())
            if "xl/workbook.xml" in names:
                return marks_of_xlsx(archive, sheet)
            if "content.xml" in names:
                return marks_of_ods(archive, sheet)
    except (*UNPACKING_ERRORS, KeyError, etree.XMLSyntaxError) as error:
        raise UnreadableMarksError(str(error)) from error
    raise UnreadableMarksError("a binary workbook")


def _in_compound_file(path: Path, sheet: str) -> SheetMarks:
    # Imported here: most workbooks are of the newer formats.
    from subscribers.importing.formats.sheets.sheet_marks.xls import marks_of_xls

    try:
        return marks_of_xls(path, sheet)
    except Exception as error:
        raise UnreadableMarksError(str(error)) from error
