"""Databases for tests: one of PostgreSQL is emptied after its test, for the next one.

Making it from a template takes as long as most tests run; emptying it takes a twentieth.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final, LiteralString

import psycopg

from newsletter.database import Database
from newsletter.migrations.running import upgrade

# What a test writes stays in the files as dead rows: a database that has grown is not used again.
MAX_GROWTH_BYTES: Final = 4_000_000

# As a replica, whose triggers and foreign keys are not asked: the audit log lets nobody delete.
EMPTY: Final = """
DO $$ DECLARE filled regclass; BEGIN
  PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR filled IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
  LOOP EXECUTE format('DELETE FROM %s', filled); END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""
# Equal in two databases of one template until a statement changes the schema of either.
SCHEMA: Final = """
SELECT
  (SELECT md5(string_agg(format('%s %s %s', oid, relname, relnatts), ',' ORDER BY oid))
    FROM pg_class WHERE relnamespace = 'public'::regnamespace),
  (SELECT md5(string_agg(format('%s %s', oid, tgenabled), ',' ORDER BY oid)) FROM pg_trigger),
  (SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension),
  (SELECT string_agg(version_num, ',') FROM alembic_version)
"""


def close_as_one_file(database: Database) -> None:
    """Close a SQLite database, so that its file can be copied without its write-ahead log."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()


class DatabasePool:
    """Migrated, empty databases of one server."""

    def __init__(self, server: str) -> None:
        """
        Args:
            server: an address with a place for `name`.
        """
        self._server = server
        self._numbers = count(1)
        self._free: list[str] = []
        self._administer("CREATE DATABASE template_newsletter")
        template = server.format(name="template_newsletter")
        database = Database(template)
        upgrade(database)
        database.close()
        with psycopg.connect(template) as connection:
            self._schema = connection.execute(SCHEMA).fetchone()
            self._bytes = _size_bytes(connection)

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of a database that is nobody else's until the end of the block."""
        name = self._free.pop() if self._free else self._make()
        yield self._server.format(name=name)
        if self._empty(name):
            self._free.append(name)
        else:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _make(self) -> str:
        name = f"test_{next(self._numbers)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE template_newsletter")
        return name

    def _empty(self, name: str) -> bool:
        """Empty a database; whether it is as good as new."""
        with psycopg.connect(self._server.format(name=name), autocommit=True) as connection:
            try:
                if connection.execute(SCHEMA).fetchone() != self._schema:
                    return False
            except psycopg.errors.UndefinedTable:
                return False
            connection.execute(EMPTY)
            return _size_bytes(connection) - self._bytes < MAX_GROWTH_BYTES

    def _administer(self, statement: LiteralString) -> None:
        with psycopg.connect(self._server.format(name="postgres"), autocommit=True) as connection:
            connection.execute(statement)


def _size_bytes(connection: psycopg.Connection[tuple[int, ...]]) -> int:
    row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return row[0]
