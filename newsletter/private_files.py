"""Files that only their owner may read: the database, journals, exports, whatever else we write.

The process's umask sees to all that is made while it runs, from the first byte. What was made by
somebody else or before is mended here. Files that the public is to read say so themselves.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

PRIVATE_UMASK = 0o077
OTHERS = stat.S_IRWXG | stat.S_IRWXO
# What SQLite keeps beside a database (https://www.sqlite.org/tempfiles.html).
SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")


def keep_files_private() -> None:
    """Have every file that this process and its children make be its owner's alone."""
    os.umask(PRIVATE_UMASK)


def create_private(path: Path) -> None:
    """Make an empty file for its owner alone where there is none, whatever the umask."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:
        return  # there already, or not to be made: whoever opens it says so


def sqlite_files(database: Path) -> list[Path]:
    return [database.with_name(database.name + suffix) for suffix in SQLITE_SUFFIXES]


def readable_by_others(paths: Iterable[Path]) -> list[Path]:
    """Those of the files and folders, with everything in them, that others may use."""
    return [path for path in _all(paths) if path.lstat().st_mode & OTHERS]


def restrict_to_owner(paths: Iterable[Path]) -> list[Path]:
    """Take away what others may do with files and folders; those that were changed."""
    changed = []
    for path in readable_by_others(paths):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
        except OSError:
            continue  # another's: `newsletter check` tells
        changed.append(path)
    return changed


def _all(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_symlink() or not path.exists():
            continue
        yield path
        if path.is_dir():
            yield from (inner for inner in path.rglob("*") if not inner.is_symlink())
