"""What makes the index follow the list: triggers, and the table of texts in each dialect.

A trigger that wrote the index itself would make an import of a million ten times as long, so
triggers only note numbers; `refreshing` does the rest, a batch at a time. What is asked meanwhile
looks at the noted people themselves, so answers are exact at every moment. A text that is no
longer true is removed at once.

A migration that makes `subscribers` anew must make the triggers anew as well.
"""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

# Alembic's comparison must leave what is named so alone.
SEARCH = "people_search"
# Act, and the row or table that it leaves or takes.
_ACTS = (("insert", "new"), ("update", "new"), ("delete", "old"))

_SQLITE_NOTE = """
    CREATE TRIGGER people_changes_{act} AFTER {act} ON subscribers BEGIN
        INSERT INTO people_changes (subscriber_id) VALUES ({row}.id);
    END
    """
# Each trigram with nothing but the numbers of who has it: a third of the size.
_SQLITE_TEXTS = """
    CREATE VIRTUAL TABLE people_search USING fts5(text, tokenize='trigram', detail=none)
    """
_SQLITE_FORGET = """
    CREATE TRIGGER people_search_forget AFTER UPDATE OF address, name ON subscribers
    WHEN old.address IS NOT new.address OR old.name IS NOT new.name BEGIN
        DELETE FROM people_search WHERE rowid = old.id;
    END
    """
_SQLITE_CREATE = (
    _SQLITE_TEXTS,
    _SQLITE_FORGET,
    *(_SQLITE_NOTE.format(act=act, row=row) for act, row in _ACTS),
)
_SQLITE_DROP = (
    *(f"DROP TRIGGER people_changes_{act}" for act, _ in _ACTS),
    "DROP TRIGGER people_search_forget",
    "DROP TABLE people_search",
)

_POSTGRESQL_FUNCTION = """
    CREATE FUNCTION note_people() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO people_changes (subscriber_id) SELECT id FROM changed;
        RETURN NULL;
    END $$
    """
# Once for each statement, so that copying many notes them in one go.
_POSTGRESQL_NOTE = """
    CREATE TRIGGER people_changes_{act} AFTER {act} ON subscribers
    REFERENCING {row} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_people()
    """
_POSTGRESQL_TEXTS = """
    CREATE TABLE people_search (subscriber_id bigint PRIMARY KEY, text text NOT NULL)
    """
_POSTGRESQL_FORGET_FUNCTION = """
    CREATE FUNCTION forget_people_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM people_search WHERE subscriber_id = OLD.id;
        RETURN NULL;
    END $$
    """
_POSTGRESQL_FORGET = """
    CREATE TRIGGER people_search_forget AFTER UPDATE ON subscribers FOR EACH ROW
    WHEN (OLD.address IS DISTINCT FROM NEW.address OR OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION forget_people_search()
    """
# What can be made smaller has been: trying again would be in vain, and reading a part is dearer.
_POSTGRESQL_STORAGE = "ALTER TABLE people_bits ALTER COLUMN bits SET STORAGE EXTERNAL"
_POSTGRESQL_CREATE = (
    _POSTGRESQL_STORAGE,
    _POSTGRESQL_TEXTS,
    _POSTGRESQL_FUNCTION,
    _POSTGRESQL_FORGET_FUNCTION,
    _POSTGRESQL_FORGET,
    *(_POSTGRESQL_NOTE.format(act=act, row=row) for act, row in _ACTS),
)
_POSTGRESQL_TRIGRAMS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX people_search_trigrams ON people_search USING gin (text gin_trgm_ops)",
)
_POSTGRESQL_DROP = (
    *(f"DROP TRIGGER people_changes_{act} ON subscribers" for act, _ in _ACTS),
    "DROP TRIGGER people_search_forget ON subscribers",
    "DROP FUNCTION note_people()",
    "DROP FUNCTION forget_people_search()",
    "DROP TABLE people_search",
)

_BEGIN = (
    """
    INSERT INTO people_index (id, claimed, generation, zone, left_out)
    VALUES (1, 0, 0, '', '[]')
    """,
    "INSERT INTO people_changes (subscriber_id) SELECT id FROM subscribers ORDER BY id",
)


def create_following(connection: Connection) -> None:
    """Make the triggers and the table of texts, and note everybody who is there already."""
    is_sqlite = connection.dialect.name == "sqlite"
    _execute(connection, _SQLITE_CREATE if is_sqlite else _POSTGRESQL_CREATE)
    if not is_sqlite:
        try:
            with connection.begin_nested():
                _execute(connection, _POSTGRESQL_TRIGRAMS)
        except DBAPIError:
            # Not installed, or not ours to make: texts are read from end to end until it is.
            pass
    _execute(connection, _BEGIN)


def drop_following(connection: Connection) -> None:
    """Remove them; the people stay."""
    is_sqlite = connection.dialect.name == "sqlite"
    _execute(connection, _SQLITE_DROP if is_sqlite else _POSTGRESQL_DROP)


def _execute(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
