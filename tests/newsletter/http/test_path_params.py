"""Numbers in what a browser sends."""

import pytest

from newsletter.http.path_params import MAX_ID, number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        (str(MAX_ID), MAX_ID),
        (str(MAX_ID + 1), None),
        ("9" * 5000, None),
        ("²", None),
        ("٣", None),
        ("-1", None),
        ("", None),
    ],
)
def test_a_number_is_one_that_a_row_can_have(text: str, number: int | None) -> None:
    assert number_in(text) == number
