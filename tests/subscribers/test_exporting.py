"""Formula escaping, and its reversal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.exporting import FORMULA_STARTS, escape_formula, unescape_formula

TEXTS = st.text(alphabet="'=+-@\t\rab 1", max_size=8)


@given(text=TEXTS)
def test_escaping_is_reversible(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text


@given(text=TEXTS)
def test_escaped_text_is_never_a_formula(text: str) -> None:
    assert not escape_formula(text).startswith(FORMULA_STARTS)


@pytest.mark.parametrize(
    "text", ["=1+1", "\n=1+1", " =1+1", "'=1", "＝1", "\u00a0@x", "\ufeff-1", "+44", "plain", "a=b"]
)
def test_no_cell_is_a_formula_and_each_is_read_back(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    assert text in ("plain", "a=b") or escape_formula(text).startswith("'")
