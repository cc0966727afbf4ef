"""Transactions, UTC datetimes and error messages."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from support import add_article, add_subscriber
from threads import at_once

from newsletter.articles.models import Article
from newsletter.clock import FixedClock, in_utc
from newsletter.database import Database, UTCDateTime, parse_url, raise_work_mem
from newsletter.errors import ConfigurationError, Conflict, StorageError
from newsletter.migrations.running import BY_HAND, current_revision, is_current, upgrade
from newsletter.schema import TABLE_MODULES, metadata


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1969, 7, 20, 20, 17, 40, tzinfo=UTC),
        datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
        datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    ],
)
def test_a_time_comes_back_as_the_same_instant_in_utc(database: Database, moment: datetime) -> None:
    with database.write() as session:
        article_id = add_article(session, "Moon", moment).id
    with database.read() as session:
        found = session.get_one(Article, article_id).published_at
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize(("before", "allowed"), [("4MB", "256MB"), ("1GB", "1GB")])
def test_work_mem_is_raised_for_one_transaction(
    postgresql_url: str, before: str, allowed: str
) -> None:
    database = Database(postgresql_url)
    asked = text("SELECT current_setting('work_mem')")
    with database.read() as session:
        session.execute(text(f"SET LOCAL work_mem = '{before}'"))
        raise_work_mem(session)
        assert session.scalar(asked) == allowed
    with database.read() as session:
        assert session.scalar(asked) == "4MB"
    database.close()


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        in_utc(datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_failed_write_block_is_rolled_back(database: Database, clock: FixedClock) -> None:
    def fail_half_way() -> None:
        with database.write() as session:
            add_article(session, "Never", clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM articles")) == 0


def test_a_read_block_is_rolled_back(database: Database, clock: FixedClock) -> None:
    with database.read() as session:
        add_article(session, "Never", clock.now())
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM articles")) == 0


def test_a_read_block_sees_one_snapshot(database: Database, clock: FixedClock) -> None:
    with database.read() as session:
        before = session.scalar(text("SELECT count(*) FROM articles"))
        with database.write() as writing:
            add_article(writing, "Meanwhile", clock.now())
        assert session.scalar(text("SELECT count(*) FROM articles")) == before


def test_a_concurrent_duplicate_is_a_conflict(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        add_article(session, "Twice", clock.now())
    with pytest.raises(Conflict, match="another process"), database.write() as session:
        add_article(session, "Twice", clock.now())


def test_sqlite_writers_are_serialised(sqlite_url: str) -> None:
    def count_up() -> None:
        database = Database(sqlite_url)
        for _ in range(25):
            with database.write() as session:
                session.execute(text("UPDATE numbers SET value = value + 1"))
        database.close()

    database = Database(sqlite_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE numbers (value INTEGER)"))
        session.execute(text("INSERT INTO numbers VALUES (0)"))
    at_once([count_up] * 4)
    with database.read() as session:
        assert session.scalar(text("SELECT value FROM numbers")) == 100
    database.close()


def test_deleted_data_is_overwritten_in_the_sqlite_file(sqlite_url: str, clock: FixedClock) -> None:
    database = Database(sqlite_url)
    with database.write() as session:
        for number in range(200):
            add_subscriber(session, f"p{number}@wexcombe.example", clock.now(), name="Quillfeather")
    with database.write() as session:
        session.execute(text("UPDATE subscribers SET name = ''"))
    # Closing the last connection checkpoints the WAL.
    database.close()
    assert b"Quillfeather" not in Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()


def test_a_missing_schema_names_the_upgrade_command(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(StorageError, match="newsletter db upgrade"), database.read() as session:
        session.execute(text("SELECT * FROM articles"))
    database.close()


def test_a_missing_database_folder_is_reported(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/nowhere/new.db")
    with pytest.raises(StorageError, match="does not exist"), database.read() as session:
        session.execute(text("SELECT 1"))
    database.close()


def test_an_unreachable_server_is_reported_without_the_password() -> None:
    database = Database("postgresql://user:hidden@127.0.0.1:9/none?connect_timeout=2")
    with pytest.raises(StorageError) as caught, database.read() as session:
        session.execute(text("SELECT 1"))
    assert "hidden" not in str(caught.value)
    database.close()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u@h/d"])
def test_an_address_of_no_known_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"database\.url"):
        parse_url(url)


def test_upgrading_again_changes_nothing(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        add_article(session, "Kept", clock.now())
    before = current_revision(database)
    assert upgrade(database) == before
    assert is_current(database)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM articles")) == 1


def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="install that"):
        upgrade(database)


def test_migrations_match_the_models(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(
            session.connection(),
            opts={
                "include_name": lambda name, *_: not (name or "").startswith(BY_HAND),
                "compare_type": False,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_every_models_module_is_in_the_schema() -> None:
    root = Path(__file__).resolve().parents[2]
    found = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for package in ("newsletter", "subscribers")
        for path in (root / package).rglob("*models.py")
    }
    assert {module.__name__ for module in TABLE_MODULES} == found


@given(st.datetimes(timezones=st.timezones()))
def test_the_type_hands_sqlite_naive_utc_and_reads_it_back(moment: datetime) -> None:
    kind, dialect = UTCDateTime(), sqlite.dialect()  # type: ignore[no-untyped-call]
    try:
        expected = in_utc(moment)
    except OverflowError:
        return
    assert kind.process_result_value(kind.process_bind_param(moment, dialect), dialect) == expected


def test_a_database_that_another_program_keeps_locked_is_named(sqlite_url: str) -> None:
    holder, waiting = Database(sqlite_url), Database(sqlite_url, busy_timeout_ms=50)
    with holder.write() as holding:
        holding.connection()
        with (
            pytest.raises(StorageError, match="locked; another program is writing to it"),
            waiting.write() as session,
        ):
            session.connection()
    holder.close()
    waiting.close()
