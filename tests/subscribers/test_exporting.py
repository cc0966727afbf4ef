"""Values that no spreadsheet takes for a formula, and that come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.exporting import FORMULA_STARTS, defused, read

TEXTS = st.text(alphabet="'=+-@\t\rab 1", max_size=8)


@given(text=TEXTS)
def test_whatever_is_defused_comes_back(text: str) -> None:
    assert read(defused(text)) == text


@given(text=TEXTS)
def test_nothing_defused_begins_a_formula(text: str) -> None:
    assert not defused(text).startswith(FORMULA_STARTS)


@pytest.mark.parametrize(
    "text", ["=1+1", "\n=1+1", " =1+1", "'=1", "＝1", "\u00a0@x", "\ufeff-1", "+44", "plain", "a=b"]
)
def test_no_cell_is_a_formula_and_each_is_read_back(text: str) -> None:
    assert read(defused(text)) == text
    assert text in ("plain", "a=b") or defused(text).startswith("'")
