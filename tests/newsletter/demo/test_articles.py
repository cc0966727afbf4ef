"""The sample articles can be imported as they are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import demo
from newsletter.articles.importers.base import ImportContext, Record
from newsletter.articles.importers.formats import markdown
from newsletter.config.options import Site

FOLDER = Path(demo.__file__).parent
ARTICLES = sorted((FOLDER / "articles").glob("*.md"))
IMAGES = sorted((FOLDER / "images").glob("*.png"))
CONTEXT = ImportContext.of(Site())


def read(path: Path) -> Record:
    (record,) = markdown.read(path.read_bytes(), path.name, CONTEXT)
    assert isinstance(record, Record), record
    return record


def test_there_are_fourteen_articles() -> None:
    assert len(ARTICLES) == 14


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_each_article_is_complete(path: Path) -> None:
    record = read(path)
    assert record.title
    assert record.author
    assert record.summary
    assert record.topics
    assert record.published_at is not None
    assert (
        datetime(2026, 10, 1, tzinfo=UTC) < record.published_at < datetime(2026, 11, 20, tzinfo=UTC)
    )
    assert 120 <= len(path.read_text().partition("\n---\n")[2].split()) <= 400


def test_every_referenced_picture_is_shipped_and_small() -> None:
    named = {read(path).image_url.rpartition("/")[2] for path in ARTICLES} - {""}
    assert named == {path.name for path in IMAGES}
    for image in IMAGES:
        assert image.stat().st_size < 40_000
