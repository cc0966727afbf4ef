"""Words beside people say plainly that they left, or leave a doubt."""

from pathlib import Path

import pytest
from list_files import states_in

from subscribers.importing.values.remarks import doubt_of, name_says_left, says_only_left
from subscribers.importing.values.states import ListState

ANN, BEN = "ann@example.org", "ben@example.org"
PLAIN = [
    *("left", "left 2020", "left the club in May", "deleted on request", "resigned 1st June 2020"),
    *("gelöscht nach DSGVO", "ausgetreten zum 31.12.2020", "hat gekündigt", "bitte löschen"),
    *("désabonnée en mai", "supprimé à sa demande", "se dio de baja", "cancellato nel 2019"),
    *("uitgeschreven op 3 mei", "gestrichen", "please remove", "struck out", "left by e-mail"),
]
OTHERS = ["left a message", "Left for Australia", "new", "on holiday", "telephone deleted", "2020"]
NAMES_OF_LEAVERS = [
    *("Ben (left)", "Ben LEFT 2021", "Ben (RIP)", "Ben [ausgetreten]", "Ben Roe – gelöscht"),
    *("Ben Roe ausgetreten", "Ben Roe / left", "Ben Roe - resigned 2020", "Ben (gelöscht)"),
]
NAMES = ["Eric Junk", "María Baja", "BEN LEFT", "Ann (Annie)", "Ann Smith-Left", "Ben (moved)"]


@pytest.mark.parametrize("remark", PLAIN)
def test_a_remark_that_says_nothing_else_means_left(remark: str) -> None:
    assert says_only_left(remark)
    assert doubt_of(remark, {}) is ListState.LEFT


@pytest.mark.parametrize("remark", OTHERS)
def test_a_remark_that_may_mean_something_else_leaves_a_doubt(remark: str) -> None:
    assert not says_only_left(remark)
    assert doubt_of(remark, {}) is ListState.PENDING


@pytest.mark.parametrize("status", ["ausgetreten 2019", "resigned 3 May", "Verstorben (2022)"])
def test_a_status_with_its_date_is_known(tmp_path: Path, status: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email,status\n{ANN},active\n{BEN},{status}\n", encoding="utf-8")
    assert states_in(path) == {ANN: "subscribed", BEN: "left"}


@pytest.mark.parametrize(
    "note",
    [
        *("möchte keinen Newsletter mehr", "bitte nicht mehr schicken", "don't write to her"),
        *("souhaite ne plus recevoir", "ya no quiere recibir", "non vuole più la lettera"),
    ],
)
def test_a_sentence_that_refuses_mail_means_left(note: str) -> None:
    assert doubt_of(note, {}) is ListState.LEFT


def test_one_of_several_marks_means_left() -> None:
    assert doubt_of("coloured red | left in May", {}) is ListState.LEFT


@pytest.mark.parametrize("name", NAMES_OF_LEAVERS)
def test_a_remark_beside_a_name_means_left(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.csv").write_text(f"email,name\n{ANN},Ann\n{BEN},{name}\n", encoding="utf-8")
    assert states_in(tmp_path / "list.csv") == {ANN: "subscribed", BEN: "left"}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_its_own_says_nothing(name: str) -> None:
    assert not name_says_left(name)
