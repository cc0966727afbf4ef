"""Whoever is crossed out has left, and who is coloured or commented on is not confirmed unasked."""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from list_files import analysed, states_in
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color

from newsletter.errors import InvalidInput
from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.formats.sheets.sheet_marks.marks import colour_name
from subscribers.importing.formats.sheets.sheet_marks.reading import (
    UnreadableMarksError,
    sheet_marks,
)

LISTS = Path(__file__).parents[2] / "data" / "lists"
NAMES = ("ann", "ben", "cai", "dot", "eve")
ANN, BEN, CAI, DOT, EVE = (f"{name}@example.org" for name in NAMES)
FAY, GUS, HAL, IDA = (f"{name}@example.org" for name in ("fay", "gus", "hal", "ida"))
CONFIRMED = dict.fromkeys((ANN, BEN, CAI, DOT, EVE), "subscribed")
RED = PatternFill("solid", fgColor="FFFF0000")


def _rows() -> Iterator[list[str]]:
    return iter([["ann", ANN]] * 8)


class Book:
    """Five people below two empty lines; Ben's row is the fifth."""

    def __init__(self) -> None:
        self.book = Workbook()
        sheet = self.book.active
        assert sheet is not None
        self.sheet = sheet
        for number, row in enumerate(
            [["name", "email"], *([n, f"{n}@example.org"] for n in NAMES)]
        ):
            for place, value in enumerate(row, start=1):
                sheet.cell(number + 3, place, value)

    def cell(self, row: int, column: int = 1) -> Cell:
        cell = self.sheet.cell(row, column)
        assert isinstance(cell, Cell)
        return cell

    def saved(self, folder: Path) -> Path:
        self.book.save(folder / "list.xlsx")
        return folder / "list.xlsx"


@pytest.mark.parametrize("column", [1, 2])
def test_a_struck_out_person_has_left(tmp_path: Path, column: int) -> None:
    book = Book()
    book.cell(5, column).font = Font(strike=True)
    assert states_in(book.saved(tmp_path)) == {**CONFIRMED, BEN: "left"}


def test_something_else_struck_out_in_a_row_leaves_a_doubt(tmp_path: Path) -> None:
    book = Book()
    book.cell(5, 3).value = "01234 567890"
    book.cell(5, 3).font = Font(strike=True)
    assert states_in(book.saved(tmp_path)) == {**CONFIRMED, BEN: "unconfirmed"}


def test_a_list_with_most_people_struck_out_leaves_a_doubt(tmp_path: Path) -> None:
    book = Book()
    for row in range(4, 9):
        book.cell(row).font = Font(strike=True)
    assert states_in(book.saved(tmp_path)) == dict.fromkeys(CONFIRMED, "unconfirmed")


def test_a_person_in_a_row_of_another_colour_is_pending(tmp_path: Path) -> None:
    book = Book()
    book.cell(5).fill = RED
    assert states_in(book.saved(tmp_path)) == {**CONFIRMED, BEN: "unconfirmed"}


def test_a_person_in_red_letters_is_pending(tmp_path: Path) -> None:
    book = Book()
    book.cell(5).font = Font(color="FFC00000")
    assert states_in(book.saved(tmp_path)) == {**CONFIRMED, BEN: "unconfirmed"}


def test_a_comment_that_says_so_ends_a_subscription(tmp_path: Path) -> None:
    book = Book()
    book.cell(5).comment = Comment("unsubscribed by telephone\nin May", "Office")
    assert states_in(book.saved(tmp_path)) == {**CONFIRMED, BEN: "left"}


def test_a_comment_that_may_say_anything_leaves_pending(tmp_path: Path) -> None:
    book = Book()
    book.cell(5).comment = Comment("rang about the hall", "Office")
    assert states_in(book.saved(tmp_path)) == {**CONFIRMED, BEN: "unconfirmed"}


def test_rows_that_are_struck_out_are_told_in_the_report(tmp_path: Path) -> None:
    book = Book()
    book.cell(5).font = Font(strike=True)
    _, analysis = analysed(book.saved(tmp_path))
    assert any(note.startswith("1 rows are struck out") for note in analysis.notes)


def test_marks_are_told_in_the_report(tmp_path: Path) -> None:
    book = Book()
    book.cell(6).comment = Comment("Office:\nrang", "Office")
    _, analysis = analysed(book.saved(tmp_path))
    (note,) = (each for each in analysis.notes if "may say anything" in each)
    assert note.startswith("1 people have a note")
    assert "“rang”" in note
    assert '--column ignored="marks in the sheet"' in note


def test_marks_can_be_ignored(tmp_path: Path) -> None:
    book = Book()
    book.cell(5).fill = RED
    answers = AdministratorAnswers(columns={"ignored": ["marks in the sheet"]})
    assert states_in(book.saved(tmp_path), answers) == CONFIRMED


@pytest.mark.parametrize(
    "rows", [range(4, 9), (4, 6, 8)], ids=["a coloured column", "stripes of every other row"]
)
def test_a_colour_of_many_rows_is_decoration(tmp_path: Path, rows: range | tuple[int, ...]) -> None:
    book = Book()
    for row in rows:
        book.cell(row).fill = RED
    assert states_in(book.saved(tmp_path)) == CONFIRMED


def test_a_coloured_heading_is_decoration(tmp_path: Path) -> None:
    book = Book()
    book.cell(3).fill = RED
    assert states_in(book.saved(tmp_path)) == CONFIRMED


@pytest.mark.parametrize(
    "font", [Font(bold=True), Font(strike=False), Font(color="FF0563C1"), Font(color="FF000000")]
)
def test_other_letters_leave_no_doubt(tmp_path: Path, font: Font) -> None:
    book = Book()
    book.cell(5).font = font
    assert states_in(book.saved(tmp_path)) == CONFIRMED


@pytest.mark.parametrize(
    ("colour", "mark"),
    [
        (Color(rgb="FFFFFF00"), {5: "coloured yellow"}),
        (Color(theme=5), {5: "coloured (5)"}),
        (Color(theme=0), {}),
        (Color(indexed=64), {}),
    ],
)
def test_fills_are_named(tmp_path: Path, colour: Color, mark: dict[int, str]) -> None:
    book = Book()
    book.cell(5).fill = PatternFill("solid", fgColor=colour)
    assert sheet_marks(book.saved(tmp_path), "Sheet", _rows, 8) == mark


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        *(("FF0000", "red"), ("FFC000", "orange"), ("FFFF00", "yellow"), ("92D050", "green")),
        *(
            ("00B0F0", "blue"),
            ("7030A0", "purple"),
            ("FF99CC", "pink"),
            ("D9D9D9", "grey"),
            ("FF0033", "red"),
        ),
        *(("FFFFFF", ""), ("000000", ""), ("none", "")),
    ],
)
def test_colours_have_the_names_that_people_use(rgb: str, name: str) -> None:
    assert colour_name(rgb) == name


def test_a_sheet_that_is_not_there_has_no_marks(tmp_path: Path) -> None:
    book = Book()
    book.cell(5).fill = RED
    assert sheet_marks(book.saved(tmp_path), "Elsewhere", _rows, 8) == {}


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"email"])
def test_marks_of_a_damaged_workbook_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.xls").write_bytes(content)
    with pytest.raises(UnreadableMarksError):
        sheet_marks(tmp_path / "list.xls", "Sheet", _rows, 8)


def test_a_workbook_whose_marks_cannot_be_read_is_refused(tmp_path: Path) -> None:
    # Formats (XF records) with a font that is not there.
    content = (LISTS / "marked.xls").read_bytes()
    (tmp_path / "list.xls").write_bytes(re.sub(rb"(\xe0\x00\x14\x00)..", rb"\g<1>c\0", content))
    with pytest.raises(InvalidInput, match="crossed-out cells, colours and comments"):
        analysed(tmp_path / "list.xls")


def test_marks_of_the_older_format_are_read() -> None:
    assert states_in(LISTS / "marked.xls") == {
        **dict.fromkeys((ANN, IDA), "subscribed"),
        # The whole row, the address, a comment that says so.
        **dict.fromkeys((BEN, CAI, GUS), "left"),
        # A telephone, a red cell, red letters, words within a cell.
        **dict.fromkeys((DOT, EVE, FAY, HAL), "unconfirmed"),
    }


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_shared_strings(path: Path, second: str) -> Path:
    """A sheet as Excel writes it: its texts, of which the second has this property, elsewhere."""
    parts = {
        "workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{LINKS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "_rels/workbook.xml.rels": "<Relationships>"
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        "worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData><row r="1">'
        '<c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>'
        "</sheetData></worksheet>",
        "sharedStrings.xml": f'<sst xmlns="{SHEET}"><si><t>Ann</t></si><si>'
        f"<r><rPr>{second}</rPr><t>Ben</t></r><r><t> (see list)</t></r></si></sst>",
    }
    with ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(f"xl/{name}", text)
    return path


@pytest.mark.parametrize(
    ("second", "mark"),
    [("<strike/>", {2: "partly struck out"}), ('<strike val="0"/>', {}), ("<b/>", {})],
)
def test_words_struck_out_within_a_cell_are_a_mark(
    tmp_path: Path, second: str, mark: dict[int, str]
) -> None:
    assert sheet_marks(with_shared_strings(tmp_path / "list.xlsx", second), "S", _rows, 2) == mark


@pytest.mark.parametrize(
    ("rest", "mark"), [("", "struck out"), ("<r><t> (see list)</t></r>", "partly struck out")]
)
def test_text_of_a_cell_itself_is_struck_out(tmp_path: Path, rest: str, mark: str) -> None:
    path = with_shared_strings(tmp_path / "list.xlsx", "<b/>")
    text = f"<is><r><rPr><strike/></rPr><t>Ben</t></r>{rest}</is>"
    cell = f'<row r="3"><c r="A3" t="inlineStr">{text}</c></row></sheetData>'
    with ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace("</sheetData>", cell))
    assert sheet_marks(path, "S", _rows, 8) == {3: mark}


SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        **{name: name for name in ("office", "table", "text", "style")},
        "fo": "xsl-fo-compatible",
    }.items()
)
STYLES = """
<style:style style:name="gone" style:family="table-cell">
 <style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="T1" style:family="text">
 <style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="lit" style:family="table-cell">
 <style:table-cell-properties fo:background-color="#ffff00"/></style:style>
<style:style style:name="written" style:family="table-cell">
 <style:text-properties fo:color="#c00000"/></style:style>
<style:style style:name="plain" style:family="table-cell">
 <style:table-cell-properties fo:background-color="transparent"/>
 <style:text-properties style:text-line-through-style="none" fo:color="#0000ff"/></style:style>
"""
NOTE = "<office:annotation><text:p>has</text:p><text:p>moved</text:p></office:annotation>"


def ods(path: Path, style: str, annotation: str = "") -> Path:
    """Six rows: a header, four people below, and a hundred thousand formatted ones that are empty.

    The fourth row has the style and annotation.
    """
    cell = "<table:table-cell {}>{}<text:p>x</text:p></table:table-cell>"
    row = f"<table:table-row>{cell}</table:table-row>"
    plain = row.format('table:style-name="plain"', "")
    twice = plain.replace("<table:table-row", '<table:table-row table:number-rows-repeated="2"')
    rows = (plain, twice, row.format(f'table:style-name="{style}"', annotation), plain, plain)
    below = (
        '<table:table-row table:number-rows-repeated="100000"><table:table-cell/></table:table-row>'
    )
    with ZipFile(path, "w") as archive:
        archive.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:automatic-styles>{STYLES}"
            "</office:automatic-styles><office:body><office:spreadsheet>"
            f'<table:table table:name="S">'
            f"{''.join(rows)}{below}</table:table></office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return path


@pytest.mark.parametrize(
    ("style", "mark"),
    [
        ("gone", {4: "struck out"}),
        ("lit", {4: "coloured yellow"}),
        ("written", {4: "in red letters"}),
        ("plain", {}),
    ],
)
def test_styles_of_opendocument_are_marks(tmp_path: Path, style: str, mark: dict[int, str]) -> None:
    assert sheet_marks(ods(tmp_path / "list.ods", style), "S", _rows, 6) == mark


@pytest.mark.parametrize(("rest", "mark"), [("", "struck out"), (" Lee", "partly struck out")])
def test_struck_out_texts_of_opendocument_are_marks(tmp_path: Path, rest: str, mark: str) -> None:
    path = ods(tmp_path / "list.ods", "plain", "<!-- here -->")
    with ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    span = f'<text:p><text:span text:style-name="T1">Ben</text:span>{rest}</text:p>'
    with ZipFile(path, "w") as archive:
        content = content.replace("<!-- here --><text:p>x</text:p>", span)
        archive.writestr("content.xml", content)
    assert sheet_marks(path, "S", _rows, 6) == {4: mark}


def test_annotations_of_opendocument_are_marks(tmp_path: Path) -> None:
    assert sheet_marks(ods(tmp_path / "list.ods", "plain", NOTE), "S", _rows, 6) == {4: "has moved"}


def test_marks_of_another_sheet_of_opendocument_are_passed_over(tmp_path: Path) -> None:
    assert sheet_marks(ods(tmp_path / "list.ods", "gone"), "T", _rows, 6) == {}
