"""Spreadsheets: read like CSV; hostile ones are refused."""

import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from imports import PROOF, imported, refusal, shown
from openpyxl import Workbook
from support import Run

pytestmark = pytest.mark.usefixtures("site")
DATA = Path(__file__).parents[3] / "data" / "lists"
HEADER = ("email", "name", "kept", "OPTIN_TIME")
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lollollollollollollol">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 20}">'
        for before, name in zip("abcdef", "bcdefg", strict=True)
    )
    + "]>"
)


def workbook(
    path: Path,
    rows: Sequence[Sequence[object]],
    sheet: str = "People",
    members: Sequence[str] = (),
) -> Path:
    """A spreadsheet whose second sheet is this one, with these addresses."""
    book = Workbook()
    first = book.active
    assert first is not None
    for row in rows:
        first.append(list(row))
    other = book.create_sheet(sheet)
    other.append(["email"])
    for address in members:
        other.append([address])
    book.save(path)
    return path


def test_the_first_sheet_is_read(run: Run, tmp_path: Path) -> None:
    rows = [HEADER, ("zoe@example.org", "Zoë"), (None, None), ("nowhere", "Ann")]
    path = workbook(tmp_path / "members.xlsx", rows)
    assert imported(run, path) == {"confirmed": 1, "refused": 1}
    assert shown(run, "zoe@example.org")["name"] == "Zoë"
    assert "4," in (tmp_path / "members.xlsx.refused.csv").read_text().splitlines()[1]


def test_another_sheet_is_read_by_its_name(run: Run, tmp_path: Path) -> None:
    path = workbook(tmp_path / "members.xlsx", [HEADER], members=["other@example.org"])
    assert imported(run, path, "--sheet", "People") == {"confirmed": 1}
    assert "it has: Sheet, People" in refusal(run, path, "--sheet", "Friends")


def test_where_several_sheets_hold_people_it_is_asked_which(run: Run, tmp_path: Path) -> None:
    rows = [HEADER, ("zoe@example.org", "Zoë")]
    path = workbook(tmp_path / "all.xlsx", rows, "Unsubscribed", ["ann@example.org"])
    said = refusal(run, path)
    assert "“Unsubscribed” (1 addresses)" in said
    assert "--sheet Unsubscribed --state left" in said


def test_the_sheet_of_those_who_left_comes_first_wherever_it_stands(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "all.xlsx"
    book = Workbook()
    for sheet, address in (("Unsubscribed", "ann@example.org"), ("Readers", "zoe@example.org")):
        rows = book.create_sheet(sheet)
        rows.append(["email"])
        rows.append([address])
    del book["Sheet"]
    book.save(path)
    assert "--sheet Unsubscribed --state left; then --sheet Readers" in refusal(run, path)


def packed(path: Path, **lists: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in lists.items():
            archive.writestr(f"export/{name}.csv", text)
    return path


def test_the_archive_of_a_program_is_imported_list_by_list(run: Run, tmp_path: Path) -> None:
    path = packed(
        tmp_path / "export.zip",
        subscribed_members_export_1="email\nzoe@example.org\n",
        cleaned_members_export_1="email\nann@example.org\n",
    )
    result = run("subscribers", "import", str(path), "--consent", "forms")
    assert result.status == 0, result.err
    assert "subscribed_members_export_1.csv (export.zip): 1 confirmed" in result.out
    assert "cleaned_members_export_1.csv (export.zip): 1 suppressed" in result.out


def test_an_archive_of_lists_that_tell_no_state_is_to_be_unpacked(run: Run, tmp_path: Path) -> None:
    path = packed(
        tmp_path / "all.zip", people="email\nzoe@example.org\n", widerrufe="email\na@example.org\n"
    )
    assert "widerrufe.csv (all.zip) may be told by the name alone" in refusal(run, path)


def test_the_questions_of_all_lists_of_an_archive_are_one_message(run: Run, tmp_path: Path) -> None:
    path = packed(
        tmp_path / "all.zip",
        one="email,active,Stand\nzoe@example.org,yes,A\n",
        two="email,active,Lage\na@example.org,yes,B\n",
    )
    assert "--column '?=Stand' --column '?=Lage'" in refusal(run, path)
    answers = ("--column", "ignored=Stand", "--column", "ignored=Lage")
    result = run("subscribers", "import", str(path), "--consent", "forms", *answers)
    assert result.status == 0, result.err


def test_addresses_also_in_the_unsubscribed_sheet_are_not_confirmed(
    run: Run, tmp_path: Path
) -> None:
    rows = [HEADER, ("zoe@example.org", "Zoë"), ("ann@example.org", "Ann")]
    path = workbook(tmp_path / "all.xlsx", rows, "Unsubscribed", ["Ann@example.org"])
    assert imported(run, path, "--sheet", "Sheet") == {"confirmed": 1, "pending": 1}
    assert shown(run, "ann@example.org")["status"] == "pending"


def test_cells_are_read_as_a_person_writes_them(run: Run, tmp_path: Path) -> None:
    cells: list[tuple[object, str]] = [
        (datetime(2019, 5, 1), "2019-05-01"),  # noqa: DTZ001 - a spreadsheet knows no zone
        (datetime(2019, 5, 1, 9, 30), "2019-05-01 09:30:00"),  # noqa: DTZ001
        (date(2019, 5, 1), "2019-05-01"),
        (20190501, "20190501"),
        (2019.0, "2019"),
        (2019.5, "2019.5"),
        (True, "true"),
    ]
    rows = [(f"{number}@example.org", "Zoë", cell) for number, (cell, _) in enumerate(cells)]
    imported(run, workbook(tmp_path / "members.xlsx", [HEADER, *rows]), "--attribute", "kept")
    people = map(json.loads, run("subscribers", "export", "--format", "json").out.splitlines())
    kept = {p["email"]: json.loads(p["attributes"]) for p in people if p["attributes"]}
    assert kept == {
        f"{number}@example.org": {"kept": text} for number, (_, text) in enumerate(cells)
    }


def test_an_understated_dimension_is_ignored(run: Run, tmp_path: Path) -> None:
    path = workbook(tmp_path / "members.xlsx", [HEADER, ("a@example.org",), ("b@example.org",)])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda text: text.replace("A1:D3", "A1:D2"))
    assert imported(run, path) == {"confirmed": 2}


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_xml_entities_are_not_expanded(run: Run, tmp_path: Path, part: str) -> None:
    path = workbook(tmp_path / "members.xlsx", [HEADER, ("zoe@example.org", "Zoë")])

    def swollen(text: str) -> str:
        head, _, rest = text.partition("?>") if text.startswith("<?xml") else ("", "", text)
        return BOMB + rest.replace(">", ">&g;", 1) if head or rest else text

    rewrite(path, part, swollen)
    ran = run("subscribers", "import", str(path), *PROOF)
    assert "lol" not in ran.out + ran.err
    assert "Traceback" not in ran.err


def test_an_impossible_row_number_uses_no_memory(run: Run, tmp_path: Path) -> None:
    path = workbook(tmp_path / "members.xlsx", [HEADER, ("zoe@example.org", "Zoë")])

    def far(text: str) -> str:
        return text.replace('r="2"', 'r="999999999"').replace('"A2"', '"A999999999"')

    rewrite(path, "xl/worksheets/sheet1.xml", far)
    assert "save it as CSV" in refusal(run, path)


def test_a_zip_bomb_uses_no_memory(run: Run, tmp_path: Path) -> None:
    path = workbook(tmp_path / "members.xlsx", [HEADER])
    rows = "".join(f'<row r="{n}"><c r="A{n}"/><c r="XFD{n}"/></row>' for n in range(2, 200_000, 9))

    def swollen(text: str) -> str:
        return text.replace("</sheetData>", f"{rows}</sheetData>")

    rewrite(path, "xl/worksheets/sheet1.xml", swollen)
    ran = run("subscribers", "import", str(path), *PROOF)
    assert "Traceback" not in ran.err


def test_a_strict_workbook_is_read(run: Run, tmp_path: Path) -> None:
    path = workbook(tmp_path / "members.xlsx", [HEADER, ("zoe@example.org", "Zoë")])
    transitional = "http://schemas.openxmlformats.org/"
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"):
        rewrite(
            path,
            part,
            lambda text: text.replace(
                f"{transitional}spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            ).replace(
                f"{transitional}officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            ),
        )
    assert imported(run, path) == {"confirmed": 1}


def test_an_old_workbook_is_read(run: Run) -> None:
    assert imported(run, DATA / "members.xls") == {"confirmed": 1, "suppressed": 1}


def test_an_open_document_is_read(run: Run) -> None:
    assert imported(run, DATA / "members.ods") == {"confirmed": 1, "suppressed": 1}


def test_other_zip_archives_are_recognised(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "members.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert "is no spreadsheet that can be read" in refusal(run, path)


@pytest.mark.parametrize("kept", [100, 3000])
def test_a_damaged_spreadsheet_is_refused(run: Run, tmp_path: Path, kept: int) -> None:
    path = workbook(tmp_path / "members.xlsx", [HEADER])
    path.write_bytes(path.read_bytes()[:kept])
    assert "save it" in refusal(run, path)


def test_a_damaged_sheet_is_refused(run: Run, tmp_path: Path) -> None:
    path = workbook(tmp_path / "members.xlsx", [HEADER, ("zoe@example.org", "Zoë")])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda text: text[: len(text) - 60])
    assert "save it as CSV" in refusal(run, path)


def test_a_text_has_no_sheets(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text("email\n")
    assert "no spreadsheet" in refusal(run, path, "--sheet", "People")


def rewrite(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Replace a part of the archive."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
