"""Columns of places, numbers and amounts are not asked about; those that may tell state are."""

from pathlib import Path

import pytest
from list_files import analysed


def questions(tmp_path: Path, heading: str, *values: str) -> list[str]:
    """The headings asked about in a list with one column beside the addresses."""
    rows = "\n".join(f"p{place}@example.org,{value}" for place, value in enumerate(values))
    (tmp_path / "list.csv").write_text(f"email,{heading}\n{rows}\n", "utf-8")
    _, analysis = analysed(tmp_path / "list.csv")
    return [column.heading for column in analysis.open_columns]


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "Billing City",
            "Home phone 2",
            "Shipping address line 2",
            "Work phone type",
            "Ward name",
        ),
        *("Code postal de livraison", "Telefon privat", "Polling district", "Membership number"),
    ],
)
def test_names_of_places_and_numbers_ask_nothing(tmp_path: Path, heading: str) -> None:
    assert questions(tmp_path, heading, "1", "2", "1", "0") == []


@pytest.mark.parametrize(
    "heading", ["Phone OK", "Home status", "Address removed", "No phone", "City newsletter"]
)
def test_a_word_of_another_meaning_beside_such_a_name_is_asked_about(
    tmp_path: Path, heading: str
) -> None:
    assert questions(tmp_path, heading, "1", "2", "1", "0") == [heading]


def test_a_word_of_leaving_below_such_a_name_is_asked_about(tmp_path: Path) -> None:
    assert questions(tmp_path, "Billing City", "Afonwen", "unsubscribed") == ["Billing City"]


def test_codes_below_a_name_of_two_meanings_are_asked_about(tmp_path: Path) -> None:
    assert questions(tmp_path, "Position", "A", "U", "A") == ["Position"]


@pytest.mark.parametrize(
    "values",
    [
        ("£10.00", "£20.00", "£10.00"),
        ('"36,00 €"', '"36,00 €"', '"1.036,00 €"'),
        ("000001", "000002", "000007", "000010"),
    ],
    ids=["pounds", "euros", "numbers of members"],
)
def test_amounts_and_numbers_of_members_ask_nothing(
    tmp_path: Path, values: tuple[str, ...]
) -> None:
    assert questions(tmp_path, "Xq7", *values) == []


@pytest.mark.parametrize(
    "values",
    [("0", "3", "0", "7"), ("1", "2", "", "4"), ("4", "3", "2", "1"), ("1", "2", "3")],
    ids=["counts", "not of everybody", "in no order", "of three rows"],
)
def test_numbers_that_may_count_bounces_are_asked_about(
    tmp_path: Path, values: tuple[str, ...]
) -> None:
    assert questions(tmp_path, "Xq7", *values) == ["Xq7"]


def test_moments_in_order_are_asked_about(tmp_path: Path) -> None:
    moments = ("1612345678", "1612345679", "1612345680", "1612345999")
    assert questions(tmp_path, "Xq7", *moments) == ["Xq7"]
