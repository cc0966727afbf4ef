"""Fixtures of all tests: migrated databases of both kinds."""

import gc
import logging
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import compiled_once
import pytest
from databases import DatabasePool, close_as_one_file
from hypothesis import settings
from measured import is_measured
from servers import postgresql

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.logging import LineFormatter
from newsletter.migrations.running import upgrade

# An example's duration depends on the machine more than on the code.
settings.register_profile("newsletter", deadline=None)
# Of `make fuzz`, which runs each test repeatedly.
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("newsletter")
compiled_once.register()

# Statements end without waiting for the disk, and nothing tidies up behind a test's back.
UNSAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"

ACCEPTANCE = Path(__file__).parent / "acceptance"
UMASK = 0o022
os.umask(UMASK)

# A Friday in Little Wexcombe, in winter time.
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the measured tests run by themselves."""
    choices = ("all", "only", "not")
    parser.addoption("--measured", choices=choices, default="all", help="tests/measured.py")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what `--measured` does."""
    wanted = config.getoption("--measured")
    if wanted == "all" or not collection_path.is_file():
        return None
    return True if is_measured(collection_path) is not (wanted == "only") else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave what is imported and collected out of every later garbage collection.

    Some 10,000 tests and all modules live until the end; looking through them again and again
    takes an eighth of the CPU time of a run.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the acceptance tests: the longest would keep one process busy at the end."""
    items.sort(key=lambda item: ACCEPTANCE not in item.path.parents)


@pytest.fixture(autouse=True)
def _own_process_state() -> Iterator[None]:
    """Reset the log settings and the umask that a command under test has set.

    Servers started by a later test drop privileges, and need files that their users can read.
    """
    yield
    os.umask(UMASK)
    logging.getLogger("newsletter").setLevel(logging.NOTSET)
    for handler in logging.root.handlers[:]:
        if isinstance(handler.formatter, LineFormatter):
            logging.root.removeHandler(handler)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(FRIDAY)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database, to be copied for each test."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    close_as_one_file(database)
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    return _copied(sqlite_template, tmp_path / "newsletter.db")


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[DatabasePool]:
    """Databases of a real PostgreSQL, which runs without crash safety."""
    with postgresql(UNSAFE) as address:
        yield DatabasePool(address)


@pytest.fixture
def postgresql_url(postgresql_databases: DatabasePool) -> Iterator[str]:
    with postgresql_databases.lend() as url:
        yield url


@pytest.fixture
def new_sqlite(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    """Makes migrated, empty databases."""
    numbers = count(1)
    return lambda: _copied(sqlite_template, tmp_path / f"{next(numbers)}.db")


@pytest.fixture
def new_postgresql(postgresql_databases: DatabasePool) -> Iterator[Callable[[], str]]:
    """Makes migrated, empty databases."""
    with ExitStack() as lent:
        yield lambda: lent.enter_context(postgresql_databases.lend())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database: the test runs once on SQLite and once on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()


def _copied(template: Path, path: Path) -> str:
    shutil.copy(template, path)
    return f"sqlite:///{path}"
