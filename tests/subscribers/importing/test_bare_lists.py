"""In bare lists of addresses, signs, remarks and headings take people out."""

from pathlib import Path

import pytest
from list_files import analysed, states_in

from subscribers.importing.bulk_suppression import addresses_of
from subscribers.importing.file_types import open_list

ANN, BEN, CAI = "ann@example.org", "ben@example.org", "cai@example.org"
LEAVERS = [
    *("#{}", "# {}", "//{}", ";{}", "-{}", "–{}", "#Ben <{}>", "# {} left 2020"),
    *("{} left", "{} (left)", "{} - left 2020", "{}, left", "{} # left 2020", "{} // gelöscht"),
    *("{}: abgemeldet", "left: {}", "(ausgetreten) {}", "Ben <{}> # deleted"),
]


def _list(folder: Path, *lines: str) -> Path:
    (folder / "list.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "list.txt"


@pytest.mark.parametrize("line", LEAVERS)
def test_a_person_taken_out_by_a_sign_has_left(tmp_path: Path, line: str) -> None:
    path = _list(tmp_path, ANN, line.format(BEN), CAI)
    assert states_in(path) == {ANN: "subscribed", BEN: "left", CAI: "subscribed"}


@pytest.mark.parametrize("line", ["{} moved", "{} # rang", "ask {} first"])
def test_other_words_beside_an_address_leave_a_doubt(tmp_path: Path, line: str) -> None:
    path = _list(tmp_path, ANN, line.format(BEN), CAI)
    assert states_in(path) == {ANN: "subscribed", BEN: "unconfirmed", CAI: "subscribed"}


@pytest.mark.parametrize("line", ["[x] {}", "[ ] {}", "{} [ ]", "☑ {}", "✗ {}"])
def test_a_box_beside_an_address_leaves_a_doubt(tmp_path: Path, line: str) -> None:
    path = _list(tmp_path, ANN, line.format(BEN), CAI)
    assert states_in(path) == {ANN: "subscribed", BEN: "unconfirmed", CAI: "subscribed"}


def test_a_list_without_delimiters_is_read_though_most_have_words_beside_them(
    tmp_path: Path,
) -> None:
    path = _list(tmp_path, f"{ANN} helps with the hall", f"{BEN} left 2020", f"Cai Pym {CAI}")
    assert states_in(path) == {ANN: "unconfirmed", BEN: "left", CAI: "unconfirmed"}


def test_the_name_of_the_column_says_nothing_of_those_below(tmp_path: Path) -> None:
    path = _list(tmp_path, "email", ANN, CAI, "Unsubscribed", BEN)
    assert states_in(path) == {ANN: "subscribed", CAI: "subscribed", BEN: "left"}


def test_words_below_the_first_lines_leave_a_doubt_too(tmp_path: Path) -> None:
    path = _list(tmp_path, *(f"p{n}@example.org" for n in range(80)), f"{BEN} has moved")
    assert states_in(path)[BEN] == "unconfirmed"


def test_a_sign_before_most_addresses_leaves_a_doubt(tmp_path: Path) -> None:
    path = _list(tmp_path, f"-{ANN}", f"-{BEN}", CAI)
    assert states_in(path) == {ANN: "unconfirmed", BEN: "unconfirmed", CAI: "subscribed"}


def test_semicolons_before_most_addresses_part_them(tmp_path: Path) -> None:
    path = _list(tmp_path, ANN, f"; {BEN}", f"; {CAI}")
    assert set(states_in(path).values()) == {"subscribed"}


def test_a_comment_that_mentions_an_address_is_passed_over(tmp_path: Path) -> None:
    path = _list(tmp_path, f"# kept by {CAI} since May", ANN, BEN)
    assert states_in(path) == {ANN: "subscribed", BEN: "subscribed"}


def test_lines_that_are_commented_out_are_told(tmp_path: Path) -> None:
    _, found = analysed(_list(tmp_path, ANN, f"#{BEN}", CAI))
    assert any(note.startswith("1 lines are commented out") for note in found.notes)


def test_a_commented_out_suppression_does_not_suppress(tmp_path: Path) -> None:
    table = open_list(_list(tmp_path, ANN, f"#{BEN}", CAI))
    assert [each.address for each in addresses_of(table)] == [ANN, CAI]


@pytest.mark.parametrize(
    "heading", ["Unsubscribed", "# Unsubscribed (1)", "Ehemalige:", "-- Désabonnés --", "Left"]
)
def test_the_heading_above_people_tells_how_they_stand(tmp_path: Path, heading: str) -> None:
    path = _list(tmp_path, "Members", ANN, "", heading, BEN, "Never confirmed:", CAI)
    assert states_in(path) == {ANN: "subscribed", BEN: "left", CAI: "unconfirmed"}


def test_a_heading_that_is_not_known_is_asked_about(tmp_path: Path) -> None:
    _, found = analysed(_list(tmp_path, "Choir", ANN, "Unsubscribed", BEN))
    assert [each.word for each in found.words] == ["Choir"]


def test_a_person_below_a_heading_of_leaving_has_left(tmp_path: Path) -> None:
    path = _list(tmp_path, ANN, CAI, "Unsubscribed:", BEN)
    assert states_in(path) == {ANN: "subscribed", CAI: "subscribed", BEN: "left"}


@pytest.mark.parametrize("sign", ["#", "// "])
def test_a_row_of_a_table_that_is_commented_out_leaves_a_doubt(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "list.csv"
    rows = f"Ann,{ANN}\n{sign}Ben,{BEN}\nCai,{CAI}\n#1 Dot,dot@example.org\n"
    path.write_text(f"name,email\n{rows}", encoding="utf-8")
    assert states_in(path) == {
        **dict.fromkeys((ANN, CAI, "dot@example.org"), "subscribed"),
        BEN: "unconfirmed",
    }
