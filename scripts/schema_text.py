"""The schema of a migrated database as SQL, for a frozen migration or a stored schema.

Tables and their indexes are generated from the models; Alembic's comparison ensures that both are
equal. Everything else (triggers, functions, full-text search) exists only in migrations, and is
read back from a database made by them.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateIndex, CreateTable

from newsletter.migrations.running import BY_HAND, OPTIONAL_INDEX
from newsletter.schema import metadata

_SQLITE_OBJECTS = """
SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL
AND (type IN ('trigger', 'index') OR sql LIKE 'CREATE VIRTUAL TABLE%')
ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END, name
"""
# Without functions of extensions.
_POSTGRESQL_OBJECTS = """
SELECT name, definition FROM (
    SELECT 1 AS kind, proname AS name, pg_get_functiondef(oid) AS definition FROM pg_proc AS made
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND NOT EXISTS
        (SELECT 1 FROM pg_depend WHERE objid = made.oid AND deptype = 'e')
    UNION ALL SELECT 2, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 3, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
) AS objects ORDER BY kind, name
"""


def schema_text(connection: Connection) -> str:
    """The statements of the schema, each ended by a semicolon and an empty line."""
    return "".join(f"{_trimmed(statement)};\n\n" for statement in _statements(connection))


def _statements(connection: Connection) -> Iterator[str]:
    dialect = connection.dialect
    for table in metadata.sorted_tables:
        yield str(CreateTable(table).compile(dialect=dialect))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(dialect=dialect))
    is_sqlite = dialect.name == "sqlite"
    objects = connection.execute(text(_SQLITE_OBJECTS if is_sqlite else _POSTGRESQL_OBJECTS))
    for name, definition in objects:
        is_index = definition.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))
        is_by_hand = name.startswith(BY_HAND) and (is_sqlite or name != OPTIONAL_INDEX)
        if is_by_hand or not is_index:
            # Independent of the site's schema name.
            yield definition.replace(" public.", " ")


def _trimmed(statement: str) -> str:
    """The statement without trailing white space, tabs and empty lines."""
    lines = (line.rstrip() for line in statement.replace("\t", "    ").strip().splitlines())
    return "\n".join(line for line in lines if line).rstrip(";")
