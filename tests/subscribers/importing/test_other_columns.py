"""Addresses in further columns, tables beside each other, cells that Excel takes as text."""

from pathlib import Path

import pytest
from list_files import analysed, states_in

from newsletter.errors import InvalidInput
from subscribers.importing.analysis import AdministratorAnswers


def written(folder: Path, text: str) -> Path:
    (folder / "people.csv").write_text(text, "utf-8")
    return folder / "people.csv"


def test_addresses_in_a_column_of_leavers_are_pending(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Active members,Former members\na@w.example,b@w.example\nb@w.example,c@w.example\n",
    )
    answers = AdministratorAnswers(columns={"address": ["Active members"]})
    assert states_in(path, answers) == {"a@w.example": "subscribed", "b@w.example": "unconfirmed"}
    assert any("2 addresses stand in a column" in note for note in analysed(path, answers)[1].notes)


def test_two_tables_beside_each_other_are_to_be_divided(tmp_path: Path) -> None:
    path = written(tmp_path, "Name,Email,,Name,Email\nAnn,a@w.example,,Ben,b@w.example\n")
    with pytest.raises(InvalidInput, match="side by side"):
        analysed(path)


def test_cells_that_excel_takes_as_text_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'email,status\n"=""a@w.example""","=""active"""\n"=""b@w.example""","=""left"""\n',
    )
    assert states_in(path) == {"a@w.example": "subscribed", "b@w.example": "left"}
