"""The hash of an address to be moved to, by which its suppression is seen."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty for those under way: their links look at the suppression when they are pressed.
    op.add_column(
        "address_changes", sa.Column("address_hash", sa.Text(), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("address_changes", "address_hash")
