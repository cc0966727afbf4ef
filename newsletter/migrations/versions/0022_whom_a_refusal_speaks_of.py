"""Whom a refusal speaks of, and how a recipient domain is told from one mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("verdict", sa.Text(), server_default="", nullable=False))
    # What a transport has learned of domains is learned anew.
    op.execute("DELETE FROM domain_uses")
    op.drop_column("domain_uses", "in_a_row")
    for name in ("refused_in_a_row", "rests_in_a_row"):
        op.add_column("domain_uses", sa.Column(name, NUMBER, server_default="0", nullable=False))
    op.add_column(
        "domain_uses",
        sa.Column("are_tried_alone", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("domain_uses", sa.Column("took_at", MOMENT, nullable=True))
    op.add_column("domain_uses", sa.Column("greylists_until", MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("domain_uses", "greylists_until")
    op.drop_column("domain_uses", "took_at")
    op.drop_column("domain_uses", "are_tried_alone")
    op.drop_column("domain_uses", "rests_in_a_row")
    op.drop_column("domain_uses", "refused_in_a_row")
    op.add_column(
        "domain_uses", sa.Column("in_a_row", NUMBER, server_default="0", nullable=False)
    )
    op.drop_column("deliveries", "verdict")
