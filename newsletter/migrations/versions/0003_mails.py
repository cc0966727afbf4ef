"""Editions whose stories go out with another's: digests that are due together are one mail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # No foreign key: SQLite can add one only by making the table anew, and dropping the old one
    # would take the rows that point at it along.
    op.add_column("editions", sa.Column("joined_to", NUMBER))
    op.create_index("ix_editions_joined_to", "editions", ["joined_to"])


def downgrade() -> None:
    op.drop_index("ix_editions_joined_to", "editions")
    op.drop_column("editions", "joined_to")
