"""What an import asks before it confirms anybody, and what it does with the answers."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from imports import imported, refusal, shown
from support import Run

pytestmark = pytest.mark.usefixtures("site")


def table(tmp_path: Path, head: str, values: Sequence[str]) -> Path:
    path = tmp_path / "members.csv"
    rows = (f"p{number}@example.org,{value}\n" for number, value in enumerate(values))
    path.write_text(f"email,{head}\n{''.join(rows)}", encoding="utf-8")
    return path


@pytest.mark.parametrize("head", ["Status", "Aktiv", "Statut", "Newsletter"])
def test_a_date_below_a_state_is_asked_about(run: Run, tmp_path: Path, head: str) -> None:
    path = table(tmp_path, head, ["2021-05-06", ""])
    assert "it holds dates, and its name does not say of what" in refusal(run, path)
    assert imported(run, path, "--column", f"left={head}") == {"suppressed": 1, "confirmed": 1}


@pytest.mark.parametrize("head", ["GDPR consent", "Einwilligung", "Opt in"])
def test_a_date_below_an_agreement_is_that_of_the_agreement(
    run: Run, tmp_path: Path, head: str
) -> None:
    assert imported(run, table(tmp_path, head, ["2021-05-06"])) == {"confirmed": 1}


@pytest.mark.parametrize(
    "letters", [["S", "A"], ["N", "U"], ["1", "2"], ["0", "3"], ["S", "T"], ["N", "F"]]
)
def test_letters_that_are_codes_are_no_yes_and_no(
    run: Run, tmp_path: Path, letters: list[str]
) -> None:
    said = refusal(run, table(tmp_path, "status", letters))
    assert all(f"“{letter}” in 1 rows" in said for letter in letters)


@pytest.mark.parametrize("pair", [["Y", "N"], ["1", "0"], ["t", "f"], ["J", "N"], ["O", "N"]])
def test_a_pair_of_letters_is_yes_and_no(run: Run, tmp_path: Path, pair: list[str]) -> None:
    assert imported(run, table(tmp_path, "status", pair)) == {"confirmed": 1, "suppressed": 1}


@pytest.mark.parametrize("values", [["1", "2"], ["A", "U"], ["yes", "no"]])
def test_a_state_that_is_no_county_is_asked_about(
    run: Run, tmp_path: Path, values: list[str]
) -> None:
    assert "The column “State” may tell" in refusal(run, table(tmp_path, "State", values))


def test_notes_that_speak_of_leaving_are_read_as_notes(run: Run, tmp_path: Path) -> None:
    path = table(tmp_path, "Notes", ["asked by phone to be unsubscribed", "likes trains"])
    assert "Suggested: notes." in refusal(run, path)
    answer = ("--column", "notes=Notes")
    assert imported(run, path, *answer) == {"suppressed": 1, "pending": 1}


def test_a_note_that_says_nothing_of_leaving_is_said_to_be_harmless(
    run: Run, tmp_path: Path
) -> None:
    path = table(tmp_path, "Notes", ["asked by phone to be unsubscribed", "likes trains"])
    answer = ("--column", "notes=Notes", "--status", "likes trains=subscribed")
    assert imported(run, path, *answer) == {"suppressed": 1, "confirmed": 1}


def test_a_date_in_a_column_that_is_not_read_tells_the_order(run: Run, tmp_path: Path) -> None:
    path = table(tmp_path, "Joined,Updated", ["01/02/2021,25/12/2021"])
    assert imported(run, path) == {"confirmed": 1}


def test_a_title_that_names_the_lists_address_is_no_person(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "group.csv"
    path.write_text(
        "Members for group wexcombe@example.org\n"
        "Email address,Nickname,Group status\n"
        "ann@example.org,Ann,member\n"
        "bo@example.org,Bo,banned\n"
    )
    assert imported(run, path) == {"confirmed": 1, "suppressed": 1}


def test_the_attributes_of_ldif_may_be_cased_in_any_way(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.ldif"
    path.write_text("dn: cn=a\nMAIL: ann@example.org\n\ndn: cn=b\nmail: bo@example.org\n")
    assert imported(run, path) == {"confirmed": 2}


@pytest.mark.parametrize(
    ("head", "values"),
    [
        ("SMS status", ["unsubscribed", "subscribed"]),
        ("Soft bounces", ["1", "0"]),
        ("End date", ["2024-01-01", "2024-01-02"]),
    ],
)
def test_an_ambiguous_column_is_asked_about_without_a_suggestion(
    run: Run, tmp_path: Path, head: str, values: list[str]
) -> None:
    assert f"--column '?={head}'" in refusal(run, table(tmp_path, head, values))


def test_the_suggestion_for_a_column_of_leaving_can_be_copied(run: Run, tmp_path: Path) -> None:
    path = table(tmp_path, "Stop reason", ["unsubscribed", ""])
    assert "--column 'left=Stop reason'" in refusal(run, path)
    answer = ("--column", "left=Stop reason")
    assert imported(run, path, *answer) == {"suppressed": 1, "confirmed": 1}


def test_of_two_columns_of_addresses_the_one_with_addresses_counts(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("E-Mail,E-Mail-Adresse\nanonymous,ann@example.org\n", encoding="utf-8")
    assert imported(run, path, "--column", "ignored=E-Mail") == {"confirmed": 1}


def test_a_name_may_follow_its_address_as_a_comment(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "members.txt"
    path.write_text("ann@example.org (Ann Carter)\nBo <bo@example.org>\n", encoding="utf-8")
    assert imported(run, path) == {"confirmed": 2}
    assert shown(run, "ann@example.org")["name"] == "Ann Carter"


def test_a_mark_of_no_width_beside_an_address_hides_nobody_who_left(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "members.csv"
    path.write_text("email,status\n\u00a0bo@example.org\u200b,unsubscribed\n", encoding="utf-8")
    assert imported(run, path) == {"suppressed": 1}


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("ναι", "Όχι"),
        ("כן", "לא"),
        ("نعم", "لا"),
        ("да", "нет"),
        ("так", "ні"),
        ("はい", "いいえ"),
        ("是", "否"),
        ("예", "아니요"),
        ("EVET", "HAYIR"),
        ("da", "nu"),
    ],
)
def test_yes_and_no_are_known_in_both_kinds_of_column(
    run: Run, tmp_path: Path, yes: str, no: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"email,gone,agreed\nzoe@example.org,{no},{yes}\nlou@example.org,{yes},{yes}\n")
    chosen = ("--column", "left=gone", "--column", "status=agreed")
    assert imported(run, path, *chosen) == {"confirmed": 1, "suppressed": 1}
    assert shown(run, "zoe@example.org")["status"] == "confirmed"


def test_a_word_cannot_mean_leaving_and_agreement(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,gone,agreed\nzoe@example.org,nope,yep\nlou@example.org,yep,yep\n")
    chosen = ("--column", "left=gone", "--column", "status=agreed")
    words = ("--status", "yep=subscribed", "--status", "nope=left")
    said = refusal(run, path, *chosen, *words)
    assert "below “gone”, where it may mean that somebody left" in said
