"""Dialects of which all engines of a run share the compiled statements.

SQLAlchemy caches compiled statements per engine, and each test opens an engine of its own: without
this, a quarter of a test's time goes into compiling the same statements again.
"""

from typing import Any, Final

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine

# Keys hold the dialect, so statements of both kinds may share it.
COMPILED: Final[dict[Any, Any]] = {}


class _OfOneKind:
    """Equal to every dialect of its class: all talk to servers of one version."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


class SQLite(_OfOneKind, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class PostgreSQL(_OfOneKind, PGDialect_psycopg):
    supports_statement_cache = True


def register() -> None:
    """Use these dialects for every engine made from now on."""
    registry.register("sqlite", __name__, "SQLite")
    registry.register("postgresql.psycopg", __name__, "PostgreSQL")
