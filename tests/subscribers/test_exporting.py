"""Formula escaping, and its reversal."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.exporting import escape_formula, unescape_formula

TEXTS = st.text(alphabet="'\"=+-@;\t\r\nab 1\u200b\u2028＝", max_size=10)
FORMULA = re.compile('[" \u200b]*[=+@＝-]')
HARMLESS = ("plain", "a=b", "Ann; Ben", '{"score": "-5"}')


def cells_of_a_semicolon_locale(line: str) -> list[str]:
    """How a program splits our lines that knows neither our comma nor quotes within a cell."""
    return re.split("[;\t\r\n\u2028]", line)


@given(text=TEXTS)
def test_escaping_is_reversible(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text


@given(text=TEXTS)
def test_escaped_text_is_never_a_formula(text: str) -> None:
    escaped = escape_formula(text)
    assert not escaped.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))


@given(before=TEXTS, text=TEXTS)
def test_no_cell_is_a_formula_where_semicolons_split_the_line(before: str, text: str) -> None:
    line = io.StringIO()
    csv.writer(line).writerow(["1", escape_formula(before), escape_formula(text)])
    for cell in cells_of_a_semicolon_locale(line.getvalue())[1:]:
        assert not FORMULA.match(cell)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "=1+1",
            "\n=1+1",
            " =1+1",
            "'=1",
            "＝1",
            "\u00a0@x",
            "\ufeff-1",
            "+44",
            "\u200b=1",
            "﹢1",
        ),
        *('"=1+1', "\x00=1", "−1", *HARMLESS),
    ],
)
def test_no_cell_is_a_formula_and_each_is_read_back(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    assert text in HARMLESS or escape_formula(text).startswith("'")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Ann;=1+1", "Ann;'=1+1"),
        ("Ann\n=1+1", "Ann\n'=1+1"),
        ("Ann|=1+1", "Ann|'=1+1"),
        ("Ann\t@SUM(A1)", "Ann\t'@SUM(A1)"),
        ('Ann; "=1+1', "Ann;' \"=1+1"),
    ],
)
def test_a_formula_within_a_cell_is_escaped_where_a_spreadsheet_may_begin_another(
    text: str, escaped: str
) -> None:
    assert escape_formula(text) == escaped
