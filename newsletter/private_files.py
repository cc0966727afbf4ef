"""Owner-only permissions for the database, journals, exports and other files.

The umask covers files created by the process; existing ones are restricted here. Files for the
public set their own mode.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

PRIVATE_UMASK = 0o077
OTHERS = stat.S_IRWXG | stat.S_IRWXO
# Files that SQLite keeps beside a database (https://www.sqlite.org/tempfiles.html).
SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")


def keep_files_private() -> None:
    """Set the umask of this process and its children."""
    os.umask(PRIVATE_UMASK)


def create_private(path: Path) -> None:
    """Create an empty owner-only file if missing, whatever the umask."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:
        return  # exists, or cannot be created: opening it reports that


def restrict_before_writing(path: Path) -> None:
    """Remove group and other permissions of a file that is about to be written anew.

    The umask is for new files: one that is replaced keeps its mode. Devices and pipes keep theirs.
    """
    if path.is_file():
        restrict_to_owner([path])


def sqlite_files(database: Path) -> list[Path]:
    return [database.with_name(database.name + suffix) for suffix in SQLITE_SUFFIXES]


def readable_by_others(paths: Iterable[Path]) -> list[Path]:
    """The files and folders, recursively, that group or others may access."""
    return [path for path in _all(paths) if _mode(path) & OTHERS]


def restrict_to_owner(paths: Iterable[Path]) -> list[Path]:
    """Remove group and other permissions, recursively; the paths changed."""
    changed = []
    for path in readable_by_others(paths):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
        except OSError:
            continue  # not ours: `newsletter check` reports it
        changed.append(path)
    return changed


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:  # the journal of a worker that has ended meanwhile
        return 0


def _all(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_symlink() or not path.exists():
            continue
        yield path
        if path.is_dir():
            yield from (inner for inner in path.rglob("*") if not inner.is_symlink())
