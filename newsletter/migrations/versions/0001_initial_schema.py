"""The initial schema: frozen SQL for each dialect, in the files beside this one.

Written by `scripts/freeze-schema --squash`. Never edited once released.
"""

from pathlib import Path

from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A contrib extension that not every server has or allows: without it, a subscriber search is a
# table scan with the same result.
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
