"""Running migrations without an alembic.ini."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from newsletter.database import Database, describe
from newsletter.errors import StorageError

# Prefixes of hand-written tables and indexes, which Alembic does not compare.
BY_HAND = ("articles_search", "subscribers_search")
# On PostgreSQL it depends on the extension pg_trgm.
OPTIONAL_INDEX = "subscribers_search"


def upgrade(database: Database, revision: str = "head") -> str:
    """Upgrade the database to a revision; the resulting one.

    Raises:
        StorageError: it comes from a newer version of newsletter.
    """
    current = current_revision(database)
    scripts = ScriptDirectory.from_config(_config())
    if current is not None and current not in {s.revision for s in scripts.walk_revisions()}:
        raise StorageError(
            f"{describe(database.url)} has version {current}, which this newsletter does not know; "
            "it was upgraded by a newer one: install that"
        )
    config = _config()
    with database.connect_to_migrate() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return current_revision(database) or ""


def current_revision(database: Database) -> str | None:
    """The revision a database has; None for an empty one."""
    with database.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def is_current(database: Database) -> bool:
    """Whether the schema is up to date."""
    return current_revision(database) == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
