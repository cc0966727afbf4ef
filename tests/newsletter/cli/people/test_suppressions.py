"""`newsletter subscribers suppress` and `unsuppress`, for one address and for a file of them."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from support import Run

pytestmark = pytest.mark.usefixtures("site")
LISTS = {
    "bare": "Ann@wexcombe.example\nnowhere\nnew@example.org\n\nann@wexcombe.example\n",
    "mailboxes": "Ann <Ann@wexcombe.example>; mailto:new@example.org\nnowhere\n",
    "vcards": (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEMAIL:Ann@wexcombe.example\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nFN:Bad\nEMAIL:nowhere\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nFN:New\nEMAIL:new@example.org\nEND:VCARD\n"
    ),
    "json": (
        '[{"email": "Ann@wexcombe.example"}, {"email": "nowhere"}, {"email": "new@example.org"}]'
    ),
    "damaged": 'email,name\nAnn@wexcombe.example,"An "n\nnowhere,x\nnew@example.org,N,e,w\n',
    "column": "name,E-Mail\nAnn,Ann@wexcombe.example\nBad,nowhere\nNew,new@example.org\nShort\n",
}


@pytest.fixture(params=LISTS)
def listed(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / "addresses.csv"
    path.write_text(LISTS[request.param])
    return str(path)


def is_suppressed(run: Run, address: str) -> bool:
    """Whether adding the address is refused, as for a suppressed one."""
    return run("subscribers", "add", address).status == 1


def test_all_valid_addresses_of_a_file_are_suppressed(run: Run, listed: str) -> None:
    ran = run("subscribers", "suppress", "--file", listed, "--reason", "asked by letter")
    assert ran.status == 0
    assert ran.out.startswith("2 suppressed, ")
    assert is_suppressed(run, "new@example.org")
    assert is_suppressed(run, "ann@wexcombe.example")


def test_invalid_rows_are_reported(run: Run, listed: str) -> None:
    err = run("subscribers", "suppress", "--file", listed).err
    assert "'nowhere' is not a mail address" in err
    assert "cannot be used and were passed over" in err


def test_a_file_with_a_status_of_each_is_pointed_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text("email,status\nann@wexcombe.example,subscribed\n")
    err = run("subscribers", "suppress", "--file", str(path)).err
    assert "whatever “status” says of them" in err


def test_a_file_of_addresses_alone_is_suppressed_without_a_warning(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "left.txt"
    path.write_text("ann@wexcombe.example\n")
    assert run("subscribers", "suppress", "--file", str(path)).err == ""


def test_suppressing_again_changes_nothing(run: Run, listed: str) -> None:
    run("subscribers", "suppress", "--file", listed)
    assert run("subscribers", "suppress", "--file", listed).out.startswith("0 suppressed, ")


def test_all_of_a_file_are_lifted(run: Run, listed: str) -> None:
    run("subscribers", "suppress", "--file", listed)
    ran = run("subscribers", "unsuppress", "--file", listed)
    assert ran.out.startswith("2 are no longer suppressed, ")
    assert not is_suppressed(run, "new@example.org")


def test_a_header_that_is_not_known_is_no_address(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text("Kontakt\nnobody\n")
    assert "one address a line" in run("subscribers", "suppress", "--file", str(path)).err


@pytest.mark.parametrize("command", ["suppress", "unsuppress"])
def test_one_address_or_a_file_is_asked_for(run: Run, listed: str, command: str) -> None:
    assert run("subscribers", command).status == 1
    assert run("subscribers", command, "ann@wexcombe.example", "--file", listed).status == 1


def test_one_address_is_suppressed_and_lifted(run: Run) -> None:
    for command, said in (
        ("suppress", "is suppressed."),
        ("suppress", "is suppressed already (administrator)."),
        ("unsuppress", "is no longer suppressed."),
        ("unsuppress", "is not suppressed"),
    ):
        ran = run("subscribers", command, "New@example.org")
        assert f"New@example.org {said}" in ran.out + ran.err


def test_the_sheet_of_a_workbook_is_asked_for(run: Run, tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name in ("Bounced", "Left"):
        sheet = workbook.create_sheet(name)
        sheet.append(["Email"])
        sheet.append([f"{name}@wexcombe.example"])
    workbook.save(tmp_path / "two.xlsx")
    refused = run("subscribers", "suppress", "--file", str(tmp_path / "two.xlsx"))
    assert "--sheet Left" in refused.err
    assert not is_suppressed(run, "bounced@wexcombe.example")
    taken = run("subscribers", "suppress", "--file", str(tmp_path / "two.xlsx"), "--sheet", "Left")
    assert taken.status == 0
    assert is_suppressed(run, "left@wexcombe.example")
