"""Whoever is struck out in a spreadsheet stays unconfirmed."""

from pathlib import Path

import pytest
from list_files import analysed, states_in
from openpyxl import Workbook
from openpyxl.styles import Font

from subscribers.importing.formats.struck_cells import struck_rows

ANN, BEN, CAI = (f"{name}@example.org" for name in ("ann", "ben", "cai"))


def workbook(path: Path, column: int, *, strike: bool = True) -> Path:
    """Three people below two empty lines; Ben's cell of a column is struck out."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [["name", "email"], ["Ann", ANN], ["Ben", BEN], ["Cai", CAI]]
    for number, row in enumerate(rows, start=3):
        for place, value in enumerate(row, start=1):
            sheet.cell(number, place, value)
    sheet.cell(4, 1).font = Font(bold=True)
    sheet.cell(5, column).font = Font(strike=strike)
    book.save(path)
    return path


@pytest.mark.parametrize("column", [1, 2])
def test_a_struck_out_person_is_not_confirmed(tmp_path: Path, column: int) -> None:
    path = workbook(tmp_path / "list.xlsx", column)
    assert states_in(path) == {ANN: "subscribed", BEN: "unconfirmed", CAI: "subscribed"}


def test_the_struck_out_are_counted_in_the_report(tmp_path: Path) -> None:
    _, found = analysed(workbook(tmp_path / "list.xlsx", 1))
    assert "1 people stand in rows with struck-out cells: they are pending" in found.notes


def test_another_font_leaves_no_doubt(tmp_path: Path) -> None:
    assert struck_rows(workbook(tmp_path / "list.xlsx", 1, strike=False), "Sheet") == frozenset()


def test_a_sheet_that_is_not_there_has_no_struck_rows(tmp_path: Path) -> None:
    assert struck_rows(workbook(tmp_path / "list.xlsx", 1), "Elsewhere") == frozenset()


def test_another_kind_of_file_has_no_struck_rows(tmp_path: Path) -> None:
    (tmp_path / "list.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert struck_rows(tmp_path / "list.xls", "Sheet") == frozenset()
