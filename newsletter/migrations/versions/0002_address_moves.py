"""Earlier addresses, kept for a week so that a change of address can be objected to."""

import sqlalchemy as sa
from alembic import op

from newsletter.database import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("address_since", UTCDateTime()))
    op.create_table(
        "address_moves",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("subscriber_id", NUMBER, sa.ForeignKey("subscribers.id"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("moved_at", UTCDateTime()),
    )
    for column in ("subscriber_id", "address_hash", "asked_at"):
        op.create_index(f"ix_address_moves_{column}", "address_moves", [column])


def downgrade() -> None:
    op.drop_table("address_moves")
    op.drop_column("subscribers", "address_since")
