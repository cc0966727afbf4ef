"""The marks of a sheet of any spreadsheet that keeps them."""

from pathlib import Path
from zipfile import ZipFile, is_zipfile

from lxml import etree

from newsletter.unpacking import UNPACKING_ERRORS
from subscribers.importing.formats.sheet_marks.ods import marks_of_ods
from subscribers.importing.formats.sheet_marks.xlsx import marks_of_xlsx
from subscribers.importing.formats.table import Rows


def sheet_marks(path: Path, sheet: str, rows: Rows, height: int) -> dict[int, str]:
    """What is marked in each row that has a mark, by the row's number from 1.

    Args:
        rows: reads those of the sheet.
        height: how many these are.
    """
    if not is_zipfile(path):
        return {}
    try:
        with ZipFile(path) as archive:
            names = frozenset(archive.namelist())
            if "xl/workbook.xml" in names:
                return marks_of_xlsx(archive, sheet).by_row(rows, height)
            return (
                marks_of_ods(archive, sheet).by_row(rows, height) if "content.xml" in names else {}
            )
    except (*UNPACKING_ERRORS, KeyError, etree.XMLSyntaxError):
        # The cells were read, so that the file is a spreadsheet, if of an unusual build.
        return {}
