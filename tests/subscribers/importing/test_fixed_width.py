"""Tables with columns parted by spaces."""

from pathlib import Path

import pytest
from list_files import analysed, states_in

ANN, BEN, CAI = (f"{name}@example.org" for name in ("ann", "ben", "cai"))
RULED = """Members of the choir
Member Email        First Left on
------------------- ----- ----------
ann@example.org     Ann
ben@example.org     Ben   2021-03-04
cai@example.org     Cai
"""
PLAIN = """Name          Email             Status

Ann Lee Mor   ann@example.org   active
Ben Ray       ben@example.org   unsubscribed
Cai           cai@example.org   active
"""


@pytest.mark.parametrize("text", [RULED, PLAIN])
def test_columns_parted_by_spaces_tell_who_left(tmp_path: Path, text: str) -> None:
    (tmp_path / "list.txt").write_text(text, "utf-8")
    states = {ANN: "subscribed", BEN: "left", CAI: "subscribed"}
    assert states_in(tmp_path / "list.txt") == states


def test_a_line_that_is_shifted_still_tells_of_leaving(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(PLAIN.replace("Ben Ray   ", "Benedict Raymond  "), "utf-8")
    states = {ANN: "subscribed", BEN: "left", CAI: "subscribed"}
    assert states_in(tmp_path / "list.txt") == states


def test_a_table_with_another_separator_is_none_of_spaces(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"Email,  Status\n{ANN},  active\n", "utf-8")
    table, _ = analysed(tmp_path / "list.csv")
    assert "A table with columns parted by spaces." not in table.notes
