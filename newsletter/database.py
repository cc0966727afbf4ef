"""The one metadata and `Base`, engines, transactions, and times that stay in UTC.

SQLite runs in WAL mode with foreign keys on and every commit on disk (`synchronous=FULL`); a
writing transaction takes its lock at the start, so it waits for its turn instead of failing
half-way. Driver errors become `StorageError` here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

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
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from newsletter.clock import in_utc
from newsletter.errors import ConfigurationError, Conflict, StorageError
from newsletter.private_files import create_private

SQLITE_BUSY_TIMEOUT_MS = 15_000
# Of one process at once; further threads wait for one to be free.
POSTGRESQL_CONNECTIONS = 15
_RAISE_WORK_MEM = text(
    "SELECT set_config('work_mem', '256MB', true) "
    "WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('256MB')"
)

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table, theirs and ours."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {
        # Ledgers outgrow 32 bits; SQLite counts in 64 anyhow and needs the plain name.
        int: BigInteger().with_variant(Integer(), "sqlite"),
        str: Text(),
        # Kept as text, by value: adding a state needs no change of a database type.
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            create_constraint=False,
            length=20,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime; SQLite's `DateTime(timezone=True)` forgets the zone, this does not."""

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
    """An engine, and the two kinds of transaction: reading and writing."""

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self.engine = _open_engine(self.url)
        self._writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        # SQLite's readers see one state anyhow; PostgreSQL's would see a new one in each statement.
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(**options)
        self._write_mutex = Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state; changes are rolled back."""
        with _storage_errors(self.url), Session(self._reading, expire_on_commit=False) as session:
            yield session
            # Let go first: a rollback would empty the objects that the caller keeps.
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
        """One writer of this process after the other, where the database takes only one.

        SQLite would let them wait as well, by looking again every so often: most of the time
        nobody would be writing, and the unlucky would wait for seconds.
        """
        if not self.is_sqlite:
            yield
            return
        if not self._write_mutex.acquire(timeout=SQLITE_BUSY_TIMEOUT_MS / 1000):
            raise StorageError(
                f"{describe(self.url)}: it is being written to for very long; try again"
            )
        try:
            yield
        finally:
            self._write_mutex.release()

    @contextmanager
    def connect_to_migrate(self) -> Iterator[Connection]:
        """A connection in one transaction, in which tables may be made anew.

        SQLite cannot alter every table in place; a copy takes its name, which foreign keys must
        not notice until the end.
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


def raise_work_mem(session: Session) -> None:
    """Have PostgreSQL keep a set of very many people in memory until this transaction ends.

    Of one that its `work_mem` does not hold, 4 MB unless configured, it goes through all for each
    person who may be in it (PostgreSQL 15, section 20.4.1: "hash-based processing of IN
    subqueries").
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_RAISE_WORK_MEM)


def parse_url(url: str) -> URL:
    """The parsed database address; `postgresql://` means psycopg 3.

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


def _open_engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            # SQLite gives what it keeps beside the file the same permissions.
            create_private(Path(url.database))
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        # None beyond those that are kept: to open one takes longer than most questions.
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=POSTGRESQL_CONNECTIONS, max_overflow=0
        )
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "PostgreSQL needs its driver; install it with: pip install 'newsletter[postgresql]'"
        ) from error
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # None hands BEGIN over to us; the driver's own is always DEFERRED and fails when two upgrade.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    # What is erased is overwritten in the file; not every build of SQLite does so by itself.
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


@contextmanager
def _storage_errors(url: URL) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        # Every rule that a user can break is checked before; what is left is a race.
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
    """The address as it may be shown, the password left out."""
    return f"database {url.render_as_string(hide_password=True)}"
