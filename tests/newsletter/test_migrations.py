"""Every released schema is upgraded to the current one, with its rows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from people_and_segments import ZONE
from schema_text import schema_text
from sqlalchemy import Connection, select, text

from newsletter.articles import store as articles
from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.delivery.ledger.statistics import measures
from newsletter.migrations.running import BY_HAND, is_current, upgrade
from newsletter.schema import metadata
from subscribers.models import ConsentEvent, Subscriber
from subscribers.search import page
from subscribers.segments.compiling import QueryContext
from subscribers.segments.store import count

SCHEMAS = Path(__file__).parents[1] / "data" / "schemas"
REVISIONS = sorted({path.name.partition("_")[0] for path in SCHEMAS.glob("*.sql")})
Stored = Callable[[str], Database]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stored]:
    """Creates a database with a released schema."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/stored.db")
    else:
        database = Database(request.getfixturevalue("postgresql_url"))
        with database.connect_to_migrate() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))

    def made(revision: str) -> Database:
        with database.connect_to_migrate() as connection:
            _execute(connection, SCHEMAS / f"{revision}_{request.param}.sql")
            _execute(connection, SCHEMAS / f"{revision}_rows.sql")
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            noted = text("INSERT INTO alembic_version VALUES (:revision)")
            connection.execute(noted, {"revision": revision})
        return database

    yield made
    database.close()


def _execute(connection: Connection, path: Path) -> None:
    for statement in path.read_text(encoding="utf-8").split(";\n\n"):
        if statement.strip():
            connection.execution_options(no_parameters=True).exec_driver_sql(statement)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_released_schema_becomes_the_one_of_the_models(stored: Stored, revision: str) -> None:
    database = stored(revision)
    upgrade(database)
    assert is_current(database)
    with database.read() as session:
        context = MigrationContext.configure(
            session.connection(),
            opts={"include_name": lambda name, *_: not (name or "").startswith(BY_HAND)},
        )
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_triggers_and_full_text_search_are_those_of_a_new_database(
    stored: Stored, revision: str, database_like: Callable[[Database], Database]
) -> None:
    upgraded = stored(revision)
    upgrade(upgraded)
    new = database_like(upgraded)
    with upgraded.engine.connect() as one, new.engine.connect() as other:
        assert schema_text(one) == schema_text(other)


@pytest.mark.parametrize("revision", REVISIONS)
def test_upgrading_a_released_schema_keeps_its_rows(
    stored: Stored, revision: str, clock: FixedClock
) -> None:
    database = stored(revision)
    upgrade(database)
    with database.read() as session:
        assert [person.name for person in page(session, words="ZOE", limit=5)] == ["Zoë"]
        assert session.scalars(select(ConsentEvent.source)).all() == ["administrator: paper form"]
        asking = QueryContext(now=clock.now(), zone=ZONE, measures=measures(session))
        assert count(session, "received = 1 and mailed < today", asking) == 1
        [article] = articles.published(session)
        assert article.title == "Quay wall"
        assert articles.search(session, "quay") == [article]


@pytest.fixture
def database_like(request: pytest.FixtureRequest) -> Iterator[Callable[[Database], Database]]:
    """Opens a new database of the same kind as another."""
    opened: list[Database] = []

    def new(other: Database) -> Database:
        kind = "sqlite" if other.is_sqlite else "postgresql"
        opened.append(Database(request.getfixturevalue(f"new_{kind}")()))
        return opened[-1]

    yield new
    for database in opened:
        database.close()


@pytest.mark.postgresql
def test_a_server_that_refuses_the_extension_gets_all_but_its_index(postgresql_url: str) -> None:
    owner = Database(postgresql_url)
    with owner.connect_to_migrate() as connection:
        for statement in (
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
            "DROP ROLE IF EXISTS tenant",
            "CREATE ROLE tenant LOGIN",
            "GRANT ALL ON SCHEMA public TO tenant",
        ):
            connection.execute(text(statement))
    tenant = Database(postgresql_url.replace("newsletter@", "tenant@"))
    upgrade(tenant)
    assert is_current(tenant)
    with tenant.read() as session:
        found = session.scalars(text("SELECT indexname FROM pg_indexes")).all()
        assert "subscribers_search" not in found
        assert page(session, words="anybody", limit=5) == []
        assert session.scalars(select(Subscriber)).all() == []
    tenant.close()
    owner.close()
