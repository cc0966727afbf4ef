"""The operator's templates."""

from pathlib import Path

import pytest

from newsletter.errors import TemplateError
from newsletter.rendering.templates import Templates


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "digest").mkdir()
    return tmp_path / "digest" / "subject.txt"


def subject(own: Path) -> str:
    return Templates(str(own.parents[1])).render("digest/subject.txt", {"name": "Homes"})


def test_a_template_changed_on_disk_is_compiled_anew(own: Path) -> None:
    own.write_text("News: {{ name }}")
    assert subject(own) == "News: Homes"
    own.write_text("{{ name }}, weekly")
    assert subject(own) == "Homes, weekly"


def test_an_error_of_a_template_compiled_before_names_its_line(own: Path) -> None:
    own.write_text("\n\n{{ nobody }}")
    for _ in range(2):
        with pytest.raises(TemplateError, match=r"subject\.txt, line 3: 'nobody' is undefined"):
            subject(own)
