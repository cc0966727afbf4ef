"""Hidden and filtered rows, columns and sheets of spreadsheets are read, and told."""

from pathlib import Path
from zipfile import ZipFile

from openpyxl import Workbook

from subscribers.importing.file_types import open_list
from subscribers.importing.formats.sheets.hidden_cells import HiddenCells, hidden_cells

MANIFEST = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"'
)


def workbook(path: Path) -> Path:
    """Four people, one in a hidden row and one filtered out, beside a hidden column."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Members & friends"
    sheet.append(["email", "name", "ward"])
    for name in ("ann", "ben", "cai", "dee"):
        sheet.append([f"{name}@example.org", name.title(), "Abbey"])
    sheet.auto_filter.ref = "A1:C5"
    for row in (3, 4):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("Old").sheet_state = "hidden"
    book.save(path)
    return path


def row(address: str, attributes: str = "") -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in (address, "Abbey")
    )
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def document(path: Path, padding: str = "") -> Path:
    """The same in OpenDocument, with a hidden tail of empty rows."""
    people = (
        row("email")
        + row("ann@example.org")
        + row("ben@example.org", 'table:visibility="filter"')
        + row("cai@example.org", 'table:visibility="collapse"')
    )
    tail = (
        '<table:table-row table:number-rows-repeated="1048000" table:visibility="collapse">'
        "<table:table-cell/></table:table-row>"
    )
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {OFFICE}>{padding}'
        "<office:body><office:spreadsheet>"
        f'<table:table table:name="Members">{columns}{people}{tail}</table:table>'
        f'<table:table table:name="Old">{columns}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {MANIFEST}/>")
    return path


def test_hidden_and_filtered_rows_of_excel_are_read_and_told(tmp_path: Path) -> None:
    table = open_list(workbook(tmp_path / "members.xlsx"))
    assert sum(1 for _ in table.rows()) == 4
    assert "2 rows are hidden or filtered out in the sheet: they are read as well." in table.notes


def test_hidden_columns_of_excel_are_named(tmp_path: Path) -> None:
    table = open_list(workbook(tmp_path / "members.xlsx"))
    assert "Hidden columns are read as well: “ward”." in table.notes


def test_hidden_sheets_of_excel_are_told(tmp_path: Path) -> None:
    table = open_list(workbook(tmp_path / "members.xlsx"))
    assert any("there are others: Old" in note for note in table.notes)


def test_hidden_rows_and_columns_of_opendocument_are_told(tmp_path: Path) -> None:
    table = open_list(document(tmp_path / "members.ods"))
    assert table.notes[-2:] == (
        "2 rows are hidden or filtered out in the sheet: they are read as well.",
        "Hidden columns are read as well: “Abbey”.",
    )


def test_nothing_is_told_where_nothing_is_hidden(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["email"])
    book.active.append(["ann@example.org"])
    book.save(tmp_path / "members.xlsx")
    assert open_list(tmp_path / "members.xlsx").notes == ()


def test_a_mark_across_the_edge_of_two_pieces_counts_once(tmp_path: Path) -> None:
    padding = f"<!--{' ' * ((1 << 20) - 900)}-->"
    path = document(tmp_path / "members.ods", padding)
    assert hidden_cells(path, "Members", 4, 2) == HiddenCells(rows=2, columns=[1])


def test_a_file_of_another_build_hides_nothing(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "members.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", '<workbook><sheet name="Members" r:id="rId1"/>')
        archive.writestr("xl/_rels/workbook.xml.rels", "<Relationships/>")
    assert hidden_cells(tmp_path / "members.xlsx", "Members", 4, 2) == HiddenCells()
    (tmp_path / "members.xls").write_bytes(b"no archive")
    assert hidden_cells(tmp_path / "members.xls", "Members", 4, 2) == HiddenCells()
