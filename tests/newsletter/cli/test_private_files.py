"""Files with personal data are owner-only whatever the umask; others are restricted."""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import CONFIG, SECRET, Run
from threads import ended, started

from newsletter.database import Database
from newsletter.private_files import readable_by_others, restrict_to_owner


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A folder with a configuration, in a process with a permissive umask."""
    text = CONFIG.format(secret=SECRET, database="sqlite:///newsletter.db")
    (tmp_path / "newsletter.toml").write_text(text.replace('folder = "templates"', 'folder = ""'))
    before = os.umask(0)
    yield tmp_path
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_that_commands_write_is_the_owners_alone(site: Path, run: Run) -> None:
    """Whatever the umask, and whether or not it replaces a file: a new kind of file as well."""
    (site / "people.csv").write_text("email,name\nann@wexcombe.example,Ann\nnobody,N\n")
    (site / "stories.json").write_text(
        '[{"title": "Homes", "date": "2026-11-20", "body": "Words."}, {}]'
    )
    given = {path.name for path in site.iterdir()}
    written = ("out.csv", "people.csv.refused.csv", "report.json")
    for name in written:
        (site / name).touch(0o666)
    for command in (
        ("db", "upgrade"),
        ("subscribers", "import", "people.csv", "--consent", "paper"),
        ("subscribers", "export", "out.csv"),
        ("articles", "import", "stories.json", "--report", "report.json"),
        ("digest", "preview", "friday", "--to", "preview"),
        ("digest", "send", "friday", "--queue"),
        ("editions", "send", "1"),
    ):
        run(*command)
    assert all((site / name).stat().st_size for name in written)
    assert (site / "mails" / "new").is_dir()
    new = [path for path in site.iterdir() if path.name not in given]
    assert readable_by_others(new) == []


def test_a_readable_database_is_restricted_with_a_warning(site: Path, run: Run) -> None:
    run("db", "upgrade")
    (site / "newsletter.db").chmod(0o644)
    done = run("articles", "list")
    assert "newsletter.db could be read by others" in done.err
    assert mode(site / "newsletter.db") == 0o600


def test_check_warns_of_a_world_readable_configuration(site: Path, run: Run) -> None:
    run("db", "upgrade")
    (site / "newsletter.toml").chmod(0o644)
    assert "newsletter.toml holds secrets and can be read by everybody" in run("check").err


def test_a_database_created_through_the_library_is_private(site: Path) -> None:
    database = Database(f"sqlite:///{site}/own.db")
    with database.write():
        pass
    assert readable_by_others([site / "own.db", site / "own.db-wal", site / "own.db-shm"]) == []
    database.close()


def test_a_file_that_vanishes_meanwhile_stops_nothing(site: Path) -> None:
    is_over = threading.Event()

    def come_and_go() -> None:
        while not is_over.is_set():
            for number in range(20):
                (site / f"{number}.journal").touch()
            for number in range(20):
                (site / f"{number}.journal").unlink()

    thread = started(come_and_go)
    try:
        for _ in range(200):
            readable_by_others([site])
    finally:
        is_over.set()
        ended(thread)


def test_folders_are_restricted_recursively(site: Path) -> None:
    (site / "state" / "inner").mkdir(parents=True)
    (site / "state" / "inner" / "w.journal").touch(0o666)
    (site / "state" / "link").symlink_to("/etc/passwd")
    assert len(restrict_to_owner([site / "state"])) == 3
    assert readable_by_others([site / "state"]) == []
