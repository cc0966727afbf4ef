"""Segments: expressions by name, and the one that an edition is for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "segments",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_segments")),
    )
    op.add_column("editions", sa.Column("segment", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("editions", "segment")
    op.drop_table("segments")
