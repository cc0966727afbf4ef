"""What a whole file tells of its columns."""

from pathlib import Path

import pytest
from list_files import analysed, states_in

from newsletter.errors import InvalidInput
from subscribers.importing import catalogue
from subscribers.importing.analysis import AdministratorAnswers, analyse
from subscribers.importing.file_types import open_list
from subscribers.importing.values.states import ListState


@pytest.mark.parametrize("header", ["Our members", "number,who"])
def test_addresses_beyond_the_header_are_refused_by_their_column(
    tmp_path: Path, header: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"{header}\n1,Ann,ann@w.example\n2,Ben,ben@w.example\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="the addresses stand in column 3"):
        analyse(open_list(path), path.name, AdministratorAnswers(), catalogue.every())


def test_the_values_of_a_column_of_passwords_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,userPassword\nann@w.example,seven-herons\n", encoding="utf-8")
    found = analyse(open_list(path), path.name, AdministratorAnswers(), catalogue.every())
    assert [column.samples for column in found.columns] == [("ann@w.example",), ("•••",)]


def test_a_time_of_subscribing_is_read_as_the_confirmation(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    rows = "ann@w.example,2026-03-01 10:00:00\nben@w.example,\n"
    path.write_text(f"email,subscribed_at\n{rows}", encoding="utf-8")
    found = analyse(open_list(path), path.name, AdministratorAnswers(), catalogue.every())
    assert [column.role for column in found.columns] == ["address", "confirmed"]


@pytest.mark.parametrize(
    "text",
    [
        "From ann@w.example Mon Jan  1 10:00:00 2024\nFrom: ann@w.example\n\nstop\n",
        "From: Ann <ann@w.example>\nTo: office@w.example\nSubject: stop\n\nhello\n",
    ],
    ids=["a mailbox", "a message"],
)
def test_a_mail_is_no_list(tmp_path: Path, text: str) -> None:
    path = tmp_path / "letters"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="is a mail"):
        open_list(path)


def test_the_recipients_pasted_from_a_mail_are_a_list(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("To: Ann <ann@w.example>, ben@w.example\n", encoding="utf-8")
    assert [row[0] for row in open_list(path).rows()] == ["ann@w.example", "ben@w.example"]


class TestAnExportThatLeavesOutWhoHasLeft:
    """HubSpot's contacts without the column of those who opted out."""

    LIST = "Record ID,Email,Lifecycle Stage\n1,ann@example.org,Subscriber\n"

    def written(self, folder: Path, text: str) -> Path:
        path = folder / "contacts.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def test_leaves_everybody_pending(self, tmp_path: Path) -> None:
        assert states_in(self.written(tmp_path, self.LIST)) == {"ann@example.org": "unconfirmed"}

    def test_says_how_to_go_on(self, tmp_path: Path) -> None:
        _, analysis = analysed(self.written(tmp_path, self.LIST))
        assert analysis.notes[-1].endswith("say --state subscribed.")

    def test_is_read_as_subscribed_where_the_administrator_says_so(self, tmp_path: Path) -> None:
        answers = AdministratorAnswers(state=ListState.SUBSCRIBED)
        states = states_in(self.written(tmp_path, self.LIST), answers)
        assert states == {"ann@example.org": "subscribed"}

    def test_tells_by_another_column_that_the_administrator_names(self, tmp_path: Path) -> None:
        text = "Record ID,Email,Lifecycle Stage,Gone\n1,ann@example.org,Subscriber,\n"
        answers = AdministratorAnswers(columns={"left": ["Gone"]})
        assert states_in(self.written(tmp_path, text), answers) == {"ann@example.org": "subscribed"}


def test_letters_of_another_width_are_read_as_plain_ones_and_told(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,status\nｃｌｅｏ@b.example,unsubscribed\n", "utf-8")
    _, found = analysed(path)
    assert states_in(path) == {"cleo@b.example": "left"}
    assert any("ｃｌｅｏ@b.example as cleo@b.example" in note for note in found.notes)
