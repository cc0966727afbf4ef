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
