"""Columns of letters, calls and text messages beside one of e-mail."""

from pathlib import Path

import pytest
from list_files import analysed

from subscribers.importing.questions import AnalysedColumn

PEOPLE = ("ann@example.org,Opt-in,{ann}", "ben@example.org,Opt-out,{ben}")


def column_of(
    tmp_path: Path, other: str, mail: str = "GDPR Email", ann: str = "Opt-out", ben: str = "Opt-in"
) -> AnalysedColumn:
    path = tmp_path / "list.csv"
    rows = "\n".join(PEOPLE).format(ann=ann, ben=ben)
    path.write_text(f"Email Address,{mail},{other}\n{rows}\n", encoding="utf-8")
    _, found = analysed(path)
    return found.columns[2]


@pytest.mark.parametrize(
    "heading",
    [
        *("GDPR Post", "Consent: post", "Consent: SMS", "Consent phone", "WhatsApp opt-in"),
        *("Einwilligung Brief", "Consentement courrier", "Toestemming telefoon", "Consenso SMS"),
    ],
)
def test_a_column_of_another_channel_is_suggested_as_ignored_and_says_why(
    tmp_path: Path, heading: str
) -> None:
    column = column_of(tmp_path, heading)
    assert column.guess == "ignored"
    assert "another channel" in column.question


@pytest.mark.parametrize("heading", ["GDPR E-Post", "Samtykke e-post", "Consent email"])
def test_a_column_of_mail_is_not_of_another_channel(tmp_path: Path, heading: str) -> None:
    assert column_of(tmp_path, heading).guess == "status"


@pytest.mark.parametrize("value", ["Deceased", "No emails", "verstorben"])
def test_a_value_that_may_concern_mail_is_not_suggested_as_ignored(
    tmp_path: Path, value: str
) -> None:
    assert column_of(tmp_path, "GDPR Post", ann=value).guess == "?"


def test_without_a_column_of_mail_nothing_is_suggested(tmp_path: Path) -> None:
    assert column_of(tmp_path, "GDPR Post", mail="Ward").guess == "?"


def test_mail_beside_e_mail_is_letters(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "email,Stop_Email,Stop_Mail\nann@example.org,No,Yes\nben@example.org,Yes,No\n", "utf-8"
    )
    _, analysis = analysed(tmp_path / "list.csv")
    guesses = {column.heading: column.guess for column in analysis.open_columns}
    assert guesses == {"Stop_Email": "left", "Stop_Mail": "ignored"}
