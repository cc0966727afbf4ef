"""Sign-up logs: several dated rows a person, of which the latest decides."""

from pathlib import Path

import pytest
from list_files import analysed, states_in

from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.values.dates import DayMonthOrder
from subscribers.importing.values.states import ListState

HEADER = "when,event,email\n"


def states(folder: Path, text: str, **answers: object) -> dict[str, str]:
    path = folder / "log.csv"
    path.write_text(text, "utf-8")
    found = states_in(path, AdministratorAnswers(**answers))  # type: ignore[arg-type]
    return {address.partition("@")[0]: state for address, state in found.items()}


def test_the_latest_event_decides(tmp_path: Path) -> None:
    log = HEADER + (
        "2021-01-01 10:00,subscribed,back@a.example\n"
        "2022-01-01 10:00,unsubscribed,back@a.example\n"
        "2023-01-01 10:00,re-subscribed,back@a.example\n"
        "2021-01-01 10:00,subscribed,gone@a.example\n"
        "2023-01-01 10:00,unsubscribed,gone@a.example\n"
        "2022-01-01 10:00,subscribed,gone@a.example\n"
    )
    assert states(tmp_path, log) == {"back": "subscribed", "gone": "left"}


def test_where_a_log_has_confirmations_whoever_only_signed_up_is_pending(tmp_path: Path) -> None:
    log = HEADER + (
        "2021-01-01 10:00,subscribed,a@a.example\n2021-01-01 10:05,confirmed,a@a.example\n"
        "2021-01-01 10:00,subscribed,b@a.example\n"
    )
    assert states(tmp_path, log) == {"a": "subscribed", "b": "unconfirmed"}


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ("2021-01-01,subscribed\n,confirmed\n", "unconfirmed"),
        ("2021-01-01,subscribed\n,unsubscribed\n", "left"),
        ("2021-01-01,unsubscribed\n2021-01-01,subscribed\n", "left"),
        ("2021-01-01,bounced\n2021-02-01,subscribed\n", "unconfirmed"),
        ("2021-01-01,subscribed\n2021-01-01,confirmed\n", "subscribed"),
        ("2021-01-01,confirmed\n2021-02-01,opened\n", "subscribed"),
        ("2021-01-01,unsubscribed\n2021-02-01,clicked\n", "left"),
    ],
)
def test_events_without_a_clear_order_confirm_no_subscriber(
    tmp_path: Path, rows: str, state: str
) -> None:
    of_person = "".join(f"{row},a@a.example\n" for row in rows.splitlines())
    others = "2020-01-01,subscribed,z@z.example\n2020-01-02,confirmed,z@z.example\n"
    assert states(tmp_path, HEADER + others + of_person)["a"] == state


def test_a_status_with_the_day_of_its_change_is_a_log_too(tmp_path: Path) -> None:
    log = "email,status,date\na@a.example,active,2021-01-01\na@a.example,cancelled,2022-01-01\n"
    assert states(tmp_path, log) == {"a": "left"}


def test_beside_a_status_a_mere_date_brings_nobody_back_who_left(tmp_path: Path) -> None:
    rows = "a@a.example,unsubscribed,2021-01-01\na@a.example,subscribed,2022-01-01\n"
    assert states(tmp_path, f"email,status,date\n{rows}") == {"a": "unconfirmed"}
    assert states(tmp_path, f"email,status,status date\n{rows}") == {"a": "subscribed"}
    again = rows.replace(",subscribed", ",re-subscribed")
    assert states(tmp_path, f"email,status,date\n{again}") == {"a": "subscribed"}


def test_several_rows_with_dates_of_joining_are_no_log(tmp_path: Path) -> None:
    rows = "a@a.example,unsubscribed,2021-01-01\na@a.example,subscribed,2022-01-01\n"
    assert states(tmp_path, f"email,status,created at\n{rows}") == {"a": "left"}


def test_days_that_can_be_read_in_two_ways_are_asked_about(tmp_path: Path) -> None:
    log = HEADER + "03/04/2021,subscribed,a@a.example\n04/03/2021,unsubscribed,a@a.example\n"
    (tmp_path / "log.csv").write_text(log, "utf-8")
    _, found = analysed(tmp_path / "log.csv")
    assert found.date
    assert states(tmp_path, log, order=DayMonthOrder.DAY) == {"a": "subscribed"}
    assert states(tmp_path, log, order=DayMonthOrder.MONTH) == {"a": "left"}


def test_an_unknown_event_is_asked_about_and_can_be_explained(tmp_path: Path) -> None:
    log = HEADER + (
        "2021-01-01,subscribed,a@a.example\n2021-01-03,zapped,a@a.example\n"
        "2021-01-01,subscribed,b@a.example\n"
    )
    (tmp_path / "log.csv").write_text(log, "utf-8")
    _, found = analysed(tmp_path / "log.csv")
    assert [word.word for word in found.words] == ["zapped"]
    assert states(tmp_path, log, words={"zapped": ListState.LEFT})["a"] == "left"


def test_the_log_of_ezmlm_is_read(tmp_path: Path) -> None:
    (tmp_path / "Log").write_text(
        "1015966193 +manual a@a.example\n1015966200 + b@a.example\n1015966300 -probe b@a.example\n"
        "1015966400 + c@a.example From: Cleo <c@a.example>\n1015966500 - c@a.example\n"
        "1015966600 + c@a.example\n1015966700 + d@a.example\n1015966800 -mod d@a.example\n",
        "utf-8",
    )
    assert states_in(tmp_path / "Log") == {
        "a@a.example": "subscribed",
        "b@a.example": "bounced",
        "c@a.example": "subscribed",
        "d@a.example": "left",
    }
