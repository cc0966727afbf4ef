"""Metadata and `Base`, engines, read and write transactions, UTC datetimes.

SQLite runs in WAL mode with foreign keys on and `synchronous=FULL`. A write transaction takes the
lock at its start (`BEGIN IMMEDIATE`), so it waits instead of failing half-way. Driver errors become
`StorageError` here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    Text,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from newsletter.clock import in_utc
from newsletter.errors import ConfigurationError, Conflict, StorageError
from newsletter.private_files import create_private

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert
    from sqlalchemy.dialects.sqlite import Insert as SQLiteInsert

QueryT = TypeVar("QueryT", bound="Select[*tuple[Any, ...]]")

SQLITE_BUSY_TIMEOUT_MS = 15_000
# Pool size per process; further threads wait.
POSTGRESQL_CONNECTIONS = 15
_RAISE_WORK_MEM = text(
    "SELECT set_config('work_mem', '256MB', true) "
    "WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('256MB')"
)
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of all tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {
        # Ledgers outgrow 32 bits; SQLite's INTEGER PRIMARY KEY is 64 bits and needs that name.
        int: BigInteger().with_variant(Integer(), "sqlite"),
        str: Text(),
        # Stored as text by value: a new member needs no ALTER TYPE.
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            create_constraint=False,
            length=20,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; on SQLite too, whose `DateTime(timezone=True)` drops the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = in_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An engine with read and write transactions."""

    def __init__(self, url: str, *, busy_timeout_ms: int = SQLITE_BUSY_TIMEOUT_MS) -> None:
        """
        Args:
            busy_timeout_ms: how long a writer waits for another one, on SQLite.
        """
        self.url = parse_url(url)
        self.engine = _open_engine(self.url, busy_timeout_ms)
        self._busy_timeout_ms = busy_timeout_ms
        self._writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        # One snapshot per transaction, as on SQLite.
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(**options)
        self._write_mutex = Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session with one consistent snapshot; changes are rolled back."""
        with _storage_errors(self.url), Session(self._reading, expire_on_commit=False) as session:
            yield session
            # Expunge first: a rollback would expire the objects that the caller keeps.
            session.expunge_all()
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session committed at the end, or rolled back if the block raises."""
        with (
            self._write_lock(),
            _storage_errors(self.url),
            Session(self._writing, expire_on_commit=False) as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def _write_lock(self) -> Iterator[None]:
        """Serialise the writers of this process on SQLite.

        SQLite's busy handler polls with growing sleeps: the lock is idle most of the time, and
        some writers wait for seconds (decision 99).
        """
        if not self.is_sqlite:
            yield
            return
        if not self._write_mutex.acquire(timeout=self._busy_timeout_ms / 1000):
            raise StorageError(
                f"{describe(self.url)}: it is being written to for very long; try again"
            )
        try:
            yield
        finally:
            self._write_mutex.release()

    @contextmanager
    def connect_to_migrate(self) -> Iterator[Connection]:
        """A connection in one transaction for migrations.

        Foreign keys are off on SQLite, where a table is altered by replacing it with a copy.
        """
        with _storage_errors(self.url), self._writing.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
                connection.rollback()
            with connection.begin():
                yield connection
            if self.is_sqlite:
                connection.invalidate()

    def close(self) -> None:
        self.engine.dispose()


def insert_of(session: Session, table: type[Base]) -> "PostgreSQLInsert | SQLiteInsert":
    """An INSERT that takes clauses for conflicts, of the session's database."""
    # Not imported by commands that only list.
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as insert_sqlite

        return insert_sqlite(table)
    from sqlalchemy.dialects.postgresql import insert as insert_postgresql

    return insert_postgresql(table)


def paged(
    query: QueryT,
    key: InstrumentedAttribute[int],
    after: int | None,
    *,
    oldest_first: bool = False,
) -> QueryT:
    """A page in the order of a key (keyset pagination): the newest first, or the oldest.

    Args:
        after: the key of the last row of the page before; None: the first page.
    """
    if after is not None:
        query = query.where(key > after if oldest_first else key < after)
    return query.order_by(key.asc() if oldest_first else key.desc())


def take_turn(session: Session, name: str) -> None:
    """Others who take the turn of this name wait until this transaction ends.

    For what is counted and then added to, which is no row that could be locked. What is read after
    it is as those before left it. On SQLite, which has one writer at a time, nobody else writes.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TAKE_TURN, {"name": name})


def raise_work_mem(session: Session) -> None:
    """Raise PostgreSQL's `work_mem` to 256 MB for this transaction.

    An IN subquery larger than `work_mem` (4 MB by default) is not hashed but scanned for each row
    (PostgreSQL 15, section 20.4.1: "hash-based processing of IN subqueries").
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_RAISE_WORK_MEM)


def parse_url(url: str) -> URL:
    """The parsed database URL; `postgresql://` means psycopg 3.

    Raises:
        ConfigurationError: not an address of SQLite or PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            f"database.url {url!r} is no database address; "
            "write sqlite:///newsletter.db or postgresql://user@host/name"
        ) from error
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigurationError(
            f"database.url names {parsed.get_backend_name()}; only sqlite and postgresql are known"
        )
    return parsed


def _open_engine(url: URL, busy_timeout_ms: int) -> Engine:
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            # SQLite gives its -wal and -shm files the same permissions.
            create_private(Path(url.database))
        engine = create_engine(url)
        event.listen(engine, "connect", partial(_prepare_sqlite, busy_timeout_ms))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        # No overflow: opening a connection takes longer than most queries.
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=POSTGRESQL_CONNECTIONS, max_overflow=0
        )
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "PostgreSQL needs its driver; install it with: pip install 'newsletter[postgresql]'"
        ) from error
    return engine


def _prepare_sqlite(busy_timeout_ms: int, connection: Any, _record: object) -> None:
    # None: we issue BEGIN ourselves. The driver's is always DEFERRED and fails on lock upgrade.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    # Overwrites deleted content; off by default in some builds.
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


@contextmanager
def _storage_errors(url: URL) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        # User errors are checked before; what is left is a race.
        raise Conflict("another process has just written the same; look again") from error
    except OperationalError as error:
        raise StorageError(f"{describe(url)}: {_reason(error, url)}") from error
    except PoolTimeout as error:
        raise StorageError(
            f"{describe(url)}: all {POSTGRESQL_CONNECTIONS} connections of this process are in use "
            "for very long; try again"
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StorageError(f"{describe(url)}: the connection was lost; try again") from error
        raise


def _reason(error: OperationalError, url: URL) -> str:
    text = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no answer"
    if "no such table" in text or "does not exist" in text:
        return f"{text}; create or upgrade it with: newsletter db upgrade"
    if "locked" in text:
        return f"{text}; another program is writing to it, try again when it has finished"
    if "unable to open" in text and url.database:
        folder = Path(url.database).resolve().parent
        if not folder.is_dir():
            return f"{text}; the folder {folder} does not exist"
        return f"{text}; check that {folder} can be written to"
    return text


def describe(url: URL) -> str:
    """The URL for messages, without the password."""
    return f"database {url.render_as_string(hide_password=True)}"
