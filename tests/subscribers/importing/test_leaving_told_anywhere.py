"""Somebody who left is not confirmed, wherever in the file it is written."""

from pathlib import Path

import pytest
from list_files import analysed, states_in

from newsletter.errors import InvalidInput

FILES = {
    "in the name": ("list.csv", "email,name\n{ann},Ann\n{ben},Ben (DO NOT EMAIL)\n"),
    "after the name": ("list.csv", "email,name\n{ann},Ann\n{ben},Ben - unsubscribed 2021\n"),
    "beside the address": ("list.csv", "email,name\n{ann},Ann\n{ben} (unsubscribed),Ben\n"),
    "in a comment of a bare list": ("list.txt", "{ann}\n{ben} (unsubscribed)\n"),
    "below a comment of a bare list": ("list.txt", "Ann <{ann}>\n# unsubscribed\n{ben}\n"),
    "in a remark of a bare list": ("list.txt", "{ann}\n{ben} # left 2020\n"),
    "as a minus sign in a bare list": ("list.txt", "{ann}\n-{ben}\n"),
    "below a line of words": ("list.csv", "email,name\n{ann},Ann\n\nUnsubscribed:,\n{ben},Ben\n"),
    "below another header": (
        "list.csv",
        "email,name\n{ann},Ann\nemail,left on\n{ben},2020-01-01\n",
    ),
    "in place of the language": ("list.csv", "email,language\n{ann},en\n{ben},unsubscribed\n"),
    "as a group": ("list.csv", "email,group\n{ann},News\n{ben},Ehemalige\n"),
    "as a value of an attribute": (
        "list.csv",
        'email,attributes\n{ann},"{{""a"": 1}}"\n{ben},"{{""status"": ""unsubscribed""}}"\n',
    ),
    "as the name of an attribute": (
        "list.csv",
        'email,attributes\n{ann},"{{""opt_out"": false}}"\n{ben},"{{""opt_out"": true}}"\n',
    ),
    "beyond the header": ("list.csv", "email,name\n{ann},Ann\n{ben},Ben,,unsubscribed 2021\n"),
    "with another separator": ("list.csv", "email;status\n{ann};active\n{ben},unsubscribed\n"),
}
ANN, BEN = "ann@example.org", "ben@example.org"


@pytest.mark.parametrize("place", FILES)
def test_leaving_told_anywhere_is_not_confirmed(tmp_path: Path, place: str) -> None:
    name, text = FILES[place]
    (tmp_path / name).write_text(text.format(ann=ANN, ben=BEN), encoding="utf-8")
    states = states_in(tmp_path / name)
    assert states.pop(ANN) == "subscribed"
    assert states[BEN] in {"left", "unconfirmed"}


def test_a_row_with_a_minus_sign_before_the_address_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email,name\n{ANN},Ann\n-{BEN},Ben\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="- stands before the address"):
        states_in(path)


def test_the_minus_sign_before_a_leaver_is_not_part_of_their_address(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email,status\n{ANN},active\n-{BEN},left\n", encoding="utf-8")
    assert states_in(path) == {ANN: "subscribed", BEN: "left"}


@pytest.mark.parametrize("sign", ["#", "//", ";", "–"])
def test_the_comment_sign_before_a_leaver_is_not_part_of_their_address(
    tmp_path: Path, sign: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f'email,status\n{ANN},active\n"{sign}{BEN}",left\n', encoding="utf-8")
    assert states_in(path) == {ANN: "subscribed", BEN: "left"}


def test_a_title_that_may_state_a_status_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Abgemeldete Personen\nE-Mail;Name\n{BEN};Ben\n", encoding="utf-8")
    _, found = analysed(path)
    assert found.name == "Abgemeldete Personen"


def test_a_line_of_words_with_people_below_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email,name\n{ANN},Ann\nUnsubscribed:,\n{BEN},Ben\n", encoding="utf-8")
    _, found = analysed(path)
    assert any(
        "below the line “Unsubscribed:” is read as having left: 1" in note for note in found.notes
    )


def test_totals_below_the_rows_put_nobody_in_doubt(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email,name\n{ANN},Ann\nTotal unsubscribed: 0,\n", encoding="utf-8")
    _, found = analysed(path)
    assert not found.fitness.doubtful
    assert states_in(path) == {ANN: "subscribed"}


@pytest.mark.parametrize("attributes", ["no JSON", '["a"]'])
def test_attributes_that_are_no_object_say_nothing_of_leaving(
    tmp_path: Path, attributes: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email;status;attributes\n{BEN};left;{attributes}\n", encoding="utf-8")
    assert states_in(path) == {BEN: "left"}


def test_an_address_is_not_said_to_have_left_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email,name\nUnsubscribe <unsubscribe@example.org>,Desk\n", encoding="utf-8")
    assert states_in(path) == {"unsubscribe@example.org": "left"}
    path.write_text("email,name\nDesk <unsubscribe@example.org>,Desk\n", encoding="utf-8")
    assert states_in(path) == {"unsubscribe@example.org": "subscribed"}


def test_an_empty_column_of_what_is_received_confirms_everybody(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    header = "Email,Stripe plan,Cancel date,Start date,Sections"
    path.write_text(f"{header}\n{ANN},,,2026-01-01,\n{BEN},,,2026-01-02,\n", encoding="utf-8")
    assert set(states_in(path).values()) == {"subscribed"}


@pytest.mark.parametrize("name", ["Lise Bounce", "Karl Bouncken", "Ann Leftwich", "Omar Goneim"])
def test_a_family_name_does_not_tell_of_leaving(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.csv").write_text(f"email,name\n{ANN},{name}\n", encoding="utf-8")
    assert states_in(tmp_path / "list.csv") == {ANN: "subscribed"}
