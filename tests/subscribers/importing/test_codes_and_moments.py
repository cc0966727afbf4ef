"""Codes and moments of programs that mean the opposite of what they resemble."""

from pathlib import Path

import pytest
from list_files import analysed, states_in

from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.values.states import ListState

NEVER = (
    "1970-01-01",
    "1970-01-01 01:00:00",
    "1969-12-31 19:00:00",
    "9999-12-31",
    "01.01.1900",
    "00.01.1900",
    "31.12.1899",
    "0001-01-01",
)


def written(folder: Path, heading: str, *values: str) -> Path:
    """A list of people named after their places, with these values below a heading."""
    path = folder / "list.csv"
    rows = [f"reader{place}@example.org,{value}\n" for place, value in enumerate(values)]
    path.write_text(f"email,{heading}\n{''.join(rows)}", encoding="utf-8")
    return path


@pytest.mark.parametrize("heading", ["status", "confirmed", "Newsletter"])
def test_a_negative_code_is_asked_about(tmp_path: Path, heading: str) -> None:
    _, analysis = analysed(written(tmp_path, heading, "1", "-1"))
    assert "-1" in [word.word for word in analysis.words]


def test_the_answer_to_a_negative_code_is_of_it_alone(tmp_path: Path) -> None:
    answers = AdministratorAnswers(words={"-1": ListState.LEFT})
    states = states_in(written(tmp_path, "status", "1", "-1"), answers)
    assert list(states.values()) == ["subscribed", "left"]


@pytest.mark.parametrize("moment", NEVER)
def test_a_moment_that_means_never_confirms_nobody(tmp_path: Path, moment: str) -> None:
    states = states_in(written(tmp_path, "confirmed_at", "2021-05-06", moment))
    assert list(states.values()) == ["subscribed", "unconfirmed"]


def test_never_among_moments_of_leaving_is_asked_about(tmp_path: Path) -> None:
    _, analysis = analysed(written(tmp_path, "unsubscribed_at", "2021-05-06", "1970-01-01"))
    assert [word.word for word in analysis.words] == ["1970-01-01"]


def test_a_code_with_its_meaning_is_read_by_the_meaning(tmp_path: Path) -> None:
    path = written(tmp_path, "status", "1 - active", "2 - unsubscribed", "9: bounced")
    assert list(states_in(path).values()) == ["subscribed", "left", "bounced"]


class TestLabels:
    """A file that tells by a label alone who gets the newsletter."""

    def test_leave_those_without_it_pending(self, tmp_path: Path) -> None:
        path = written(tmp_path, "Labels", "Newsletter ::: * myContacts", "* myContacts")
        assert list(states_in(path).values()) == ["subscribed", "unconfirmed"]

    def test_of_something_else_leave_nobody_pending(self, tmp_path: Path) -> None:
        path = written(tmp_path, "Labels", "Family ::: * myContacts", "* myContacts")
        assert list(states_in(path).values()) == ["subscribed", "subscribed"]

    def test_count_for_nothing_beside_a_status(self, tmp_path: Path) -> None:
        path = written(tmp_path, "tags,status", "newsletter 2021,subscribed", ",subscribed")
        assert list(states_in(path).values()) == ["subscribed", "subscribed"]

    def test_count_for_nothing_where_the_administrator_says_so(self, tmp_path: Path) -> None:
        answers = AdministratorAnswers(state=ListState.SUBSCRIBED)
        path = written(tmp_path, "Labels", "Newsletter", "Family")
        assert list(states_in(path, answers).values()) == ["subscribed", "subscribed"]
