"""The initial schema: frozen statements of each dialect, as they stand beside this file.

`scripts/freeze-schema --squash` wrote them. Released, they are never edited.
"""

from pathlib import Path

from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# An extension of PostgreSQL's own distribution, which not every server has or lets us create:
# without it a search of subscribers reads all of them, and finds the same.
TRIGRAMS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX subscribers_search ON subscribers USING gin (search_text gin_trgm_ops)",
)


def upgrade() -> None:
    connection = op.get_bind().execution_options(no_parameters=True)
    dialect = connection.dialect.name
    statements = (Path(__file__).parent / f"0001_{dialect}.sql").read_text(encoding="utf-8")
    for statement in statements.split(";\n\n"):
        if statement:
            connection.exec_driver_sql(statement)
    if dialect == "postgresql":
        try:
            with connection.begin_nested():
                for statement in TRIGRAMS:
                    connection.exec_driver_sql(statement)
        except DBAPIError:
            pass


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the initial schema")
