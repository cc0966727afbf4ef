"""Values that no spreadsheet takes for a formula, and that come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers.exporting import FORMULA_STARTS, defused, read

TEXTS = st.text(alphabet="'=+-@\t\rab 1", max_size=8)


@given(text=TEXTS)
def test_escaping_is_reversible(text: str) -> None:
    assert read(defused(text)) == text


@given(text=TEXTS)
def test_escaped_text_is_never_a_formula(text: str) -> None:
    assert not defused(text).startswith(FORMULA_STARTS)
