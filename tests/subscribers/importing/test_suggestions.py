"""What is suggested for columns that are asked about: what most likely holds, never a gamble."""

from pathlib import Path

import pytest
from list_files import analysed, states_in


@pytest.mark.parametrize(
    ("heading", "values", "role"),
    [
        ("Newsletter consent", ("yes", "no"), "status"),
        ("Date of e-mail consent", ("2020-03-12", ""), "confirmed"),
        ("Last bounce type", ("hard bounced", ""), "left"),
        ("Photo consent", ("yes", "no"), "?"),
        ("Zgoda RODO", ("tak", "nie"), "status"),
        ("Cylchlythyr", ("Ydw", "Nac ydw"), "status"),
        ("Would you like our newsletter?", ("Yes, please", "no thanks"), "status"),
        ("Receive e-mails?", ("1", "0"), "status"),
        ("Newsletter by post", ("yes", "no"), "?"),
        ("Newsletter opened", ("yes", "no"), "?"),
        ("E-Mail Do Not Contact", ("yes", "no"), "left"),
        ("Wedi gadael", ("2020", ""), "left"),
        ("Bounce number", ("3", "0"), "doubtful"),
        ("Solicit codes", ("do not email", ""), "left"),
        ("Opt-in stage", ("do not email", ""), "status"),
        ("Signed at", ("2021-03-04", "2021-03-05"), "joined"),
        ("Beitragsstand", ("bezahlt", "offen"), "ignored"),
        ("Cotisation", ("active", "lapsed"), "status"),
        ("Not opted out", ("yes", "no"), "?"),
        ("Never unsubscribed", ("yes", "no"), "?"),
        ("Unsubscribed? (yes = still in)", ("yes", "no"), "?"),
        ("Nicht abgemeldet", ("ja", "nein"), "?"),
        ("I would like", ("the newsletter", "to volunteer for this"), "?"),
        ("May we send you news?", ("Yes, please", "Not at the moment"), "?"),
        ("Newsletter by e-mail", ("Yes, please", "Not at the moment"), "?"),
    ],
)
def test_the_role_that_a_heading_and_its_values_speak_for(
    tmp_path: Path, heading: str, values: tuple[str, str], role: str
) -> None:
    (tmp_path / "list.csv").write_text(
        f"email,{heading}\nann@example.org,{values[0]}\nben@example.org,{values[1]}\n", "utf-8"
    )
    _, analysis = analysed(tmp_path / "list.csv")
    assert [column.guess for column in analysis.open_columns] == [role]


@pytest.mark.parametrize("heading", ["Order #", "#", "Submission ID", "Numéro adhérent"])
def test_a_number_of_each_row_is_not_asked_about(tmp_path: Path, heading: str) -> None:
    text = f"email,{heading}\nann@example.org,7\nben@example.org,4\n"
    (tmp_path / "list.csv").write_text(text, "utf-8")
    assert analysed(tmp_path / "list.csv")[1].is_clear


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        ("Submission ID", ("1", "0")),
        ("Submission ID", ("7", "7")),
        ("Submission ID", ("7", "")),
        ("Submission ID", ("a", "o")),
        ("member_status_id", ("7", "4")),
        ("User type ID", ("7", "4")),
    ],
)
def test_a_code_below_the_name_of_a_number_is_asked_about(
    tmp_path: Path, heading: str, rows: tuple[str, str]
) -> None:
    text = f"email,{heading}\nann@example.org,{rows[0]}\nben@example.org,{rows[1]}\n"
    (tmp_path / "list.csv").write_text(text, "utf-8")
    assert not analysed(tmp_path / "list.csv")[1].is_clear


def test_a_bounce_that_sympa_waits_for_leaves_pending(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(
        "email ann@example.org\nreception mail\nbounce 1650000000 1660000000 45 5.1.1\n\n"
        "email ben@example.org\nreception mail\n",
        "utf-8",
    )
    assert states_in(tmp_path / "list.txt") == {
        "ann@example.org": "unconfirmed",
        "ben@example.org": "subscribed",
    }
