"""The hash of an address to be moved to; and no event of consent is replaced by another."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

REFUSAL = "the ledger of consent can only be added to"


def upgrade() -> None:
    # Empty for those under way: their links look at the suppression when they are pressed.
    op.add_column(
        "address_changes", sa.Column("address_hash", sa.Text(), server_default="", nullable=False)
    )
    if op.get_bind().dialect.name == "sqlite":
        # INSERT OR REPLACE deletes the row before it, of which no other trigger is told.
        op.execute(
            "CREATE TRIGGER consent_events_refuse_replace BEFORE INSERT ON consent_events "
            "WHEN EXISTS (SELECT 1 FROM consent_events WHERE id = NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER consent_events_refuse_replace")
    op.drop_column("address_changes", "address_hash")
