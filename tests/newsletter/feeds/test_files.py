"""Feeds as static files."""

from pathlib import Path

import pytest

from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import StorageError
from newsletter.feeds.documents.building import build
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.files import write_feeds
from newsletter.feeds.scopes import Scope, Selection

HOUSING = Scope(topics=("housing",))


def write(database: Database, config: Config, folder: Path) -> list[Path]:
    with database.read() as session:
        return write_feeds(session, config, folder)


def test_the_files_equal_the_served_feeds(filled: Database, config: Config, tmp_path: Path) -> None:
    write(filled, config, tmp_path / "feeds")
    with filled.read() as session:
        for kind in FeedKind:
            whole = tmp_path / "feeds" / f"feed.{kind.value}"
            topic = tmp_path / "feeds" / "topics" / "housing" / f"feed.{kind.value}"
            assert whole.read_bytes() == build(session, config, Selection(kind=kind)).content
            assert (
                topic.read_bytes()
                == build(session, config, Selection(kind=kind, scope=HOUSING)).content
            )


def test_no_temporary_files_are_left(filled: Database, config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    written = write(filled, config, folder)
    assert write(filled, config, folder) == written
    assert sorted(p for p in folder.rglob("*") if p.is_file()) == sorted(written)
    assert len(written) == 3 * (1 + 4) + 1


def test_the_files_are_world_readable(filled: Database, config: Config, tmp_path: Path) -> None:
    for path in write(filled, config, tmp_path):
        assert path.stat().st_mode & 0o777 == 0o644


def test_files_are_replaced_atomically(filled: Database, config: Config, tmp_path: Path) -> None:
    path = tmp_path / "feed.atom"
    path.write_bytes(b"an older feed")
    with path.open("rb") as reader:
        write(filled, config, tmp_path)
        assert reader.read() == b"an older feed"
    assert path.read_bytes().startswith(b"<?xml")


def test_a_folder_that_cannot_be_made_is_a_clear_error(
    filled: Database, config: Config, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match=r"taken.*cannot be written: .*choose a folder"):
        write(filled, config, tmp_path / "taken")


def test_a_folder_in_the_place_of_a_feed_is_a_clear_error_and_leaves_nothing_behind(
    filled: Database, config: Config, tmp_path: Path
) -> None:
    (tmp_path / "feed.atom").mkdir()
    with pytest.raises(StorageError, match="cannot be written"):
        write(filled, config, tmp_path)
    assert list(tmp_path.glob(".feed*")) == []
