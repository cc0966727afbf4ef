"""Lists written by hand, a bullet or number before each person."""

from pathlib import Path

import pytest
from list_files import analysed, states_in

from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.values.boxes import CROSSED, EMPTY, TICKED
from subscribers.importing.values.states import ListState

ANN, BEN = "ann@example.org", "ben@example.org"

LIST = """Members of the Afonwen society

•\tPrice, Olwen <olwen@afonwen.example>
•\tRees, Percy (percy@afonwen.example)
•\tQuinn, Rita – rita@afonwen.example – 01267 000111
•\tSam Tait, sam@afonwen.example; Una Voyle, una@afonwen.example
•\tVic Wood, vic@afonwen.example, helps with the hall

Asked to be taken off:

•\tWilla Yorath, willa@afonwen.example
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (tmp_path / "members.txt").write_text(LIST, "utf-8")
    return tmp_path / "members.txt"


def test_each_address_is_a_person_with_the_words_before_it_as_the_name(written: Path) -> None:
    table, _ = analysed(written)
    assert [row[1] for row in table.rows() if row and "@" in row[0]] == [
        *("Olwen Price", "Percy Rees", "Rita Quinn", "Sam Tait", "Una Voyle", "Vic Wood"),
        "Willa Yorath",
    ]


def test_other_words_beside_an_address_leave_pending(written: Path) -> None:
    assert states_in(written)["vic@afonwen.example"] == "unconfirmed"


def test_a_telephone_number_is_no_doubt(written: Path) -> None:
    assert states_in(written)["rita@afonwen.example"] == "subscribed"


def test_rows_below_a_heading_of_leaving_have_left(written: Path) -> None:
    assert states_in(written)["willa@afonwen.example"] == "left"


def test_a_title_above_the_first_person_is_told(written: Path) -> None:
    _, analysis = analysed(written)
    assert "Passed over above the first person: Members of the Afonwen society" in analysis.notes


@pytest.mark.parametrize("bullet", ["- ", "* ", "1. ", "12) ", "o\t", "· "])
def test_people_follow_bullets_and_numbers_of_any_kind(tmp_path: Path, bullet: str) -> None:
    (tmp_path / "list.txt").write_text(f"{bullet}Ann Lee, ann@afonwen.example\n", "utf-8")
    assert states_in(tmp_path / "list.txt") == {"ann@afonwen.example": "subscribed"}


@pytest.mark.parametrize("box", ["[x]", "[ ]", "☐", "✗"])
def test_a_box_beside_a_person_leaves_a_doubt_that_can_be_explained(
    tmp_path: Path, box: str
) -> None:
    (tmp_path / "list.txt").write_text(f"- Ann Lee, {ANN}\n- {box} Ben Rees, {BEN}\n", "utf-8")
    assert states_in(tmp_path / "list.txt") == {ANN: "subscribed", BEN: "unconfirmed"}
    said = AdministratorAnswers(words=dict.fromkeys((TICKED, EMPTY, CROSSED), ListState.SUBSCRIBED))
    assert states_in(tmp_path / "list.txt", said)[BEN] == "subscribed"
