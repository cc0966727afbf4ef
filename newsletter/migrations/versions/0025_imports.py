"""Imports with a number, a report and a way back."""

import sqlalchemy as sa
from alembic import op

from newsletter.database import UTCDateTime

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_sha256"), "imports", ["sha256"])
    op.create_table(
        "import_changes",
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("has_ended", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_changes_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_import_changes_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "subscriber_id", name=op.f("pk_import_changes")),
    )
    for table in ("subscribers", "suppressions"):
        op.add_column(table, sa.Column("import_id", NUMBER, nullable=True))
        op.create_index(op.f(f"ix_{table}_import_id"), table, ["import_id"])


def downgrade() -> None:
    for table in ("suppressions", "subscribers"):
        op.drop_index(op.f(f"ix_{table}_import_id"), table)
        op.drop_column(table, "import_id")
    op.drop_table("import_changes")
    op.drop_table("imports")
