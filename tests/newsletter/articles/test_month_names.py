"""Names of months in the world's languages."""

import pytest
from month_names import month_table

from newsletter.articles.importers.values.month_names import TABLE, month_of


def test_the_table_is_that_of_the_locked_babel() -> None:
    assert TABLE.read_text(encoding="utf-8") == month_table(), "run scripts/month_names.py"


@pytest.mark.parametrize(
    ("name", "month"),
    [("Sept.", 9), ("MÄRZ", 3), ("октября", 10), ("août", 8), ("tháng 5", 5), ("Brumaire", None)],
)
def test_a_month_is_known_by_its_name(name: str, month: int | None) -> None:
    assert month_of(name) == month
