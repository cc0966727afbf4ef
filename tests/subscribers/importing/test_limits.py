"""Lists that are made to take long are read in a time that grows with their size, or refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.errors import InvalidInput
from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.formats.header import MAX_COLUMNS
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.list_reading import ListRequest, open_table

Opened = Callable[[str], SourceTable]
HEAD = "email,name\nann@wexcombe.example,Ann\n"


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def read(text: str) -> SourceTable:
        path = tmp_path / "people.csv"
        path.write_text(text)
        return open_table(ListRequest(path=path, file=path.name, answers=AdministratorAnswers()))

    return read


def test_quotes_that_never_pair_are_not_tried_with_every_line_that_follows(opened: Opened) -> None:
    rows = list(opened(HEAD + 'x,"b\n' * 20_000).rows())
    assert len(rows) == 20_001


def test_a_cell_of_many_lines_is_tried_where_a_line_can_close_it(opened: Opened) -> None:
    damaged = 'x,"b\ny,"b\n'
    many = 'ben@wexcombe.example,"Ben\n' + "and more\n" * 50 + 'of him"\n'
    rows = list(opened(HEAD + damaged + many).rows())
    assert len(rows[-1]) == 2
    assert rows[-1][1].endswith("of him")


@pytest.mark.parametrize("head", ["email", "ann@wexcombe.example"])
def test_a_table_that_is_far_too_wide_is_refused(opened: Opened, head: str) -> None:
    with pytest.raises(InvalidInput, match="1,001 columns"):
        opened(",".join([head, *(f"c{n}" for n in range(MAX_COLUMNS))]) + "\n")


def test_empty_columns_at_the_end_do_not_count(opened: Opened) -> None:
    table = opened(f"email,name{',' * MAX_COLUMNS}\nann@wexcombe.example,Ann{',' * MAX_COLUMNS}\n")
    assert table.header == ["email", "name"]
