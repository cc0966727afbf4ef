"""Lists that are made to take long are read in a time that grows with their size, or refused."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.errors import InvalidInput
from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.file_types import open_list
from subscribers.importing.formats.ezmlm_log import is_ezmlm_log
from subscribers.importing.formats.header import MAX_COLUMNS
from subscribers.importing.formats.sheets.claimed_parts import has_too_many
from subscribers.importing.formats.sheets.repeated_rows import (
    MAX_REPEATS,
    PIECE_BYTES,
    filled_repeats,
)
from subscribers.importing.formats.sheets.sheet_reader import MAX_ROW_CHARACTERS, MAX_ROWS
from subscribers.importing.formats.sheets.spreadsheets import MAX_SHEETS
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.list_reading import ListRequest, open_table

Opened = Callable[[str], SourceTable]
HEAD = "email,name\nann@wexcombe.example,Ann\n"


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def read(text: str) -> SourceTable:
        path = tmp_path / "people.csv"
        path.write_text(text)
        return open_table(ListRequest(path=path, file=path.name, answers=AdministratorAnswers()))

    return read


@pytest.mark.parametrize(
    "line",
    ["email" + "," * 100_000, ";,\t|" * 25_000, "<" * 100_000, "1234567890 +" + "a" * 100_000],
)
def test_a_long_line_is_no_log_of_ezmlm_at_first_sight(line: str) -> None:
    assert not is_ezmlm_log([line])


@pytest.mark.timeout(60)
def test_a_long_first_line_is_no_line_of_a_mailbox_at_first_sight(opened: Opened) -> None:
    with pytest.raises(InvalidInput):
        opened("From " + "a" * 1_000_000)


@pytest.mark.parametrize("piece", [" ", ",", "\t ", "'", "a@"])
def test_an_address_before_a_very_long_line_is_found_at_once(opened: Opened, piece: str) -> None:
    table = opened(f"ann@wexcombe.example{piece * 100_000}\nben@wexcombe.example\n")
    assert any("ben@wexcombe.example" in row for row in table.rows())


def test_quotes_that_never_pair_are_not_tried_with_every_line_that_follows(opened: Opened) -> None:
    rows = list(opened(HEAD + 'x,"b\n' * 20_000).rows())
    assert len(rows) == 20_001


def test_a_cell_of_many_lines_is_tried_where_a_line_can_close_it(opened: Opened) -> None:
    damaged = 'x,"b\ny,"b\n'
    many = 'ben@wexcombe.example,"Ben\n' + "and more\n" * 50 + 'of him"\n'
    rows = list(opened(HEAD + damaged + many).rows())
    assert len(rows[-1]) == 2
    assert rows[-1][1].endswith("of him")


@pytest.mark.parametrize("head", ["email", "ann@wexcombe.example"])
def test_a_table_that_is_far_too_wide_is_refused(opened: Opened, head: str) -> None:
    with pytest.raises(InvalidInput, match="1,001 columns"):
        opened(",".join([head, *(f"c{n}" for n in range(MAX_COLUMNS))]) + "\n")


def test_empty_columns_at_the_end_do_not_count(opened: Opened) -> None:
    table = opened(f"email,name{',' * MAX_COLUMNS}\nann@wexcombe.example,Ann{',' * MAX_COLUMNS}\n")
    assert table.header == ["email", "name"]


def workbook(sheets: int, text: str = "ann@wexcombe.example") -> bytes:
    """A workbook whose sheets are all made of one part (ECMA-376, part 1, 18.2.19)."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    named = "".join(
        f'<sheet name="s{number}" sheetId="{number}" r:id="r1"/>' for number in range(1, sheets + 1)
    )
    cell = f'<c t="inlineStr"><is><t>{text}</t></is></c>'
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{related}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{related}"><sheets>{named}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{related}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData><row r="1">{cell}</row>'
        "</sheetData></worksheet>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def test_a_spreadsheet_of_very_many_sheets_is_refused_before_each_is_read(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(workbook(MAX_SHEETS + 2))
    with pytest.raises(InvalidInput, match="101 sheets besides"):
        open_list(path)


def test_a_row_that_is_far_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(workbook(1, "a" * (MAX_ROW_CHARACTERS + 1)))
    with pytest.raises(InvalidInput, match="a row of more than 1,000,000 characters"):
        open_list(path)


def test_a_workbook_that_claims_too_much_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<si/>" * (PIECE_BYTES // 2))
        archive.writestr("xl/worksheets/sheet1.xml", '<x:row r="1">' * 3)
    most = PIECE_BYTES // 2
    assert has_too_many(path, max_texts=most, max_rows=3) == ""
    assert "different texts" in has_too_many(path, max_texts=most - 1, max_rows=3)
    assert has_too_many(path, max_texts=most, max_rows=2) == "2 rows in a sheet"


def test_a_workbook_that_claims_too_many_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(workbook(1))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"<row/>" * (MAX_ROWS + 1))
    with pytest.raises(InvalidInput, match="more than 1,048,576 rows in a sheet"):
        open_list(path)


def open_document(folder: Path, *rows: str) -> Path:
    """A sheet of rows in OpenDocument."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="a">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = folder / "people.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return path


def sheet_row(cell: str, repeats: int = 1, style: str = "") -> str:
    start = f'<table:table-row{style} table:number-rows-repeated="{repeats}">'
    return f"{start}{cell}</table:table-row>"


def sheet_cell(text: str) -> str:
    return (
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )


PERSON = sheet_row(sheet_cell("email")) + sheet_row(sheet_cell("ann@wexcombe.example"))


def test_a_filled_row_that_stands_for_very_many_is_refused(tmp_path: Path) -> None:
    path = open_document(tmp_path, PERSON, sheet_row(sheet_cell("no"), MAX_REPEATS + 1))
    with pytest.raises(InvalidInput, match=r"repeats one filled row 65,537 times.*delete the rows"):
        open_list(path)


def test_very_many_empty_rows_below_the_last_person_are_left_out(tmp_path: Path) -> None:
    path = open_document(tmp_path, PERSON, sheet_row("<table:table-cell/>", 1_048_000))
    assert [list(row) for row in open_list(path).rows()] == [["ann@wexcombe.example"]]


def test_a_repeated_row_is_found_wherever_the_file_is_cut_for_reading(tmp_path: Path) -> None:
    style = f' table:style-name="{"a" * (PIECE_BYTES - 600)}"'
    for places in range(0, 1200, 50):
        padding = sheet_row("<table:table-cell/>", style=style + " " * places)
        path = open_document(tmp_path, padding, sheet_row(sheet_cell("no"), MAX_REPEATS + 1))
        assert filled_repeats(path) == MAX_REPEATS + 1


def test_a_damaged_sheet_is_refused_in_few_words(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(workbook(1, "</t></is></c></row>" + "<" * 100_000))
    with pytest.raises(InvalidInput) as refused:
        open_list(path)
    assert len(str(refused.value)) < 1000
