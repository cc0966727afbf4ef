"""A row without an address may go on with the person above it."""

from pathlib import Path

from list_files import analysed, states_in

ANN, BEN = "ann@example.org", "ben@example.org"


def test_an_opt_out_in_a_continuation_row_leaves_the_person_in_doubt(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"name,email,status\nAnn,{ANN},active\nBen,{BEN},active\n,,unsubscribed\n", encoding="utf-8"
    )
    assert states_in(path) == {ANN: "subscribed", BEN: "unconfirmed"}


def test_a_row_that_goes_on_and_tells_nothing_leaves_no_doubt(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"name,email,status\nAnn,{ANN},active\nBen,{BEN},active\n,,active\n", encoding="utf-8"
    )
    assert states_in(path) == {ANN: "subscribed", BEN: "subscribed"}


def test_opt_outs_of_an_odoo_are_told_by_the_column_of_its_lists(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(f"Name,Email,Mailing Lists,Opt Out\nAnn,{ANN},News,False\n", encoding="utf-8")
    _, found = analysed(path)
    assert any("Subscription Information/Opt Out" in note for note in found.notes)
    assert states_in(path) == {ANN: "unconfirmed"}
