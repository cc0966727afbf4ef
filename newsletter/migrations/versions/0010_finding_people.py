"""An index of people that follows the list: what changed, values, bits and texts to search."""

import sqlalchemy as sa
from alembic import op

from subscribers.finding.following import create_following, drop_following

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "people_index",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("claimed", NUMBER, nullable=False),
        sa.Column("generation", NUMBER, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_index")),
    )
    op.create_table(
        "people_changes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("claim", NUMBER),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_changes")),
    )
    op.create_table(
        "people_values",
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("code", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("field", "value", name=op.f("pk_people_values")),
    )
    op.create_table(
        "people_bits",
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("field", "part", name=op.f("pk_people_bits")),
    )
    create_following(op.get_bind())


def downgrade() -> None:
    drop_following(op.get_bind())
    for table in ("people_bits", "people_values", "people_changes", "people_index"):
        op.drop_table(table)
