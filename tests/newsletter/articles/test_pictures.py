"""Pictures beside an imported file, and within a document of Word, become media."""

import io
import zipfile
from pathlib import Path

import docx_picture
import pytest
from pictures import gradient, saved

from newsletter.actions import articles
from newsletter.app import Newsletter
from newsletter.articles import store
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.importers.inputs import find_inputs, read_all
from newsletter.articles.ingestion.parsing_process import ParsingProcess
from newsletter.articles.ingestion.reports import ImportReport
from newsletter.articles.models import Article
from newsletter.clock import FixedClock
from newsletter.media import store as media
from newsletter.staff.actors import operator

JPEG = saved(gradient(80, 60), "JPEG")
TEXT = "---\ntitle: Quay\ndate: 2026-11-01\n---\nThe wall ![The quay]({picture}) holds.\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database suffices: nothing here depends on it."""
    return sqlite_url


def brought_in(app: Newsletter, path: Path) -> ImportReport:
    context = ImportContext.of(app.config.site)
    inputs = find_inputs([str(path)], io.BytesIO(), lambda _: b"")
    with ParsingProcess() as process:
        records = read_all(inputs, context, parse=process.read)
        return articles.import_(app, operator("ann"), records, context)


def newest(app: Newsletter) -> Article:
    with app.database.read() as session:
        return store.get(session, 3)


def written(folder: Path, picture: str) -> Path:
    file = folder / "in" / "posts" / "quay.md"
    file.parent.mkdir(parents=True)
    file.write_text(TEXT.format(picture=picture))
    (folder / "in" / "posts" / "quay pic.jpg").write_bytes(JPEG)
    return folder / "in"


@pytest.mark.parametrize("address", ["quay%20pic.jpg", "./quay%20pic.jpg", "/posts/quay%20pic.jpg"])
def test_a_picture_beside_markdown_becomes_media(
    app: Newsletter, tmp_path: Path, address: str
) -> None:
    brought_in(app, written(tmp_path, address))
    with app.database.read() as session:
        [item] = media.page(session)
    assert (item.name, item.alt) == ("quay pic.jpg", "The quay")
    assert f'src="/media/{item.widest.hash}.jpg"' in newest(app).body_html
    assert ' width="80"' in newest(app).body_html


def test_importing_again_changes_nothing(app: Newsletter, tmp_path: Path) -> None:
    folder = written(tmp_path, "quay%20pic.jpg")
    brought_in(app, folder)
    assert brought_in(app, folder).unchanged == 1


def test_a_changed_picture_updates_the_article(app: Newsletter, tmp_path: Path) -> None:
    folder = written(tmp_path, "quay%20pic.jpg")
    brought_in(app, folder)
    (folder / "posts" / "quay pic.jpg").write_bytes(saved(gradient(90, 60), "JPEG"))
    assert brought_in(app, folder).updated == 1


def test_the_picture_of_an_article_becomes_media(app: Newsletter, tmp_path: Path) -> None:
    folder = written(tmp_path, "none.jpg")
    (folder / "posts" / "lead.md").write_text(
        "---\ntitle: Lead\ndate: 2026-11-01\nimage: /posts/quay pic.jpg\n---\nWords.\n"
    )
    (folder / "posts" / "quay.md").unlink()
    brought_in(app, folder)
    assert newest(app).image_url.startswith("https://wexcombe.example/media/")


@pytest.mark.parametrize("address", ["../../../secret.jpg", "/../secret.jpg"])
def test_a_file_outside_the_folder_is_not_read(
    app: Newsletter, tmp_path: Path, address: str
) -> None:
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    brought_in(app, written(tmp_path, address))
    with app.database.read() as session:
        assert not media.page(session)


def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    app: Newsletter, tmp_path: Path
) -> None:
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    folder = written(tmp_path, "link.jpg")
    (folder / "posts" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    brought_in(app, folder)
    with app.database.read() as session:
        assert not media.page(session)


def test_a_picture_that_cannot_be_used_is_left_out_with_a_note(
    app: Newsletter, tmp_path: Path
) -> None:
    folder = written(tmp_path, "broken.jpg")
    (folder / "posts" / "broken.jpg").write_bytes(b"no picture")
    notes = brought_in(app, folder).notes
    assert any("the picture 'broken.jpg' left out" in note for note in notes)
    assert "<img" not in newest(app).body_html


def test_a_picture_in_an_archive_becomes_media(app: Newsletter, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("posts/quay.md", TEXT.format(picture="quay.jpg"))
        archive.writestr("posts/quay.jpg", JPEG)
    brought_in(app, path)
    assert 'src="/media/' in newest(app).body_html


def test_a_picture_in_a_document_of_word_becomes_media(
    app: Newsletter, tmp_path: Path, clock: FixedClock
) -> None:
    path = tmp_path / "2026-11-01 quay.docx"
    path.write_bytes(docx_picture.document("Quay wall", "It holds.", JPEG, alt="The quay"))
    brought_in(app, path)
    assert '<img alt="The quay" src="/media/' in newest(app).body_html
