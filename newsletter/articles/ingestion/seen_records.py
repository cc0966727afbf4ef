"""The records that an import has resolved, in a temporary file: memory stays flat.

SQLite's own temporary database (https://www.sqlite.org/inmemorydb.html#temp_db): kept in its cache
while it is small, then on the disk, and deleted when it is closed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class Name(IntEnum):
    """Names by which a record is recognised."""

    KEY = 0
    FINGERPRINT = 1
    STORED_ID = 2


class SeenRecords:
    """Names of records with the place of the first of each."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute(
            "CREATE TABLE seen (kind INTEGER, name TEXT, place TEXT, PRIMARY KEY (kind, name)) "
            "WITHOUT ROWID"
        )

    def close(self) -> None:
        self._database.close()

    def place_of(self, kind: Name, name: str) -> str:
        """The place of the first record with this name; empty if there is none."""
        query = "SELECT place FROM seen WHERE kind = ? AND name = ?"
        row = self._database.execute(query, (kind, _stored(name))).fetchone()
        return str(row[0]) if row else ""

    def add(self, kind: Name, name: str, place: str) -> None:
        """Remember a name, unless it is known."""
        row = (kind, _stored(name), _stored(place))
        self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", row)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Forget what the block adds if it raises."""
        self._database.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _stored(text: str) -> str:
    """Without lone surrogates, which SQLite does not take."""
    return text.encode("utf-8", "backslashreplace").decode()
