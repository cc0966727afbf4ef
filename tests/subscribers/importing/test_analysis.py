"""What a whole file tells of its columns."""

from pathlib import Path

import pytest

from newsletter.errors import InvalidInput
from subscribers.importing import catalogue
from subscribers.importing.analysis import AdministratorAnswers, analyse
from subscribers.importing.file_types import open_list


@pytest.mark.parametrize("header", ["Our members", "number,who"])
def test_addresses_beyond_the_header_are_refused_by_their_column(
    tmp_path: Path, header: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"{header}\n1,Ann,ann@w.example\n2,Ben,ben@w.example\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="the addresses stand in column 3"):
        analyse(open_list(path), path.name, AdministratorAnswers(), catalogue.every())
