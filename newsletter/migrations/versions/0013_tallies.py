"""A tally of what everybody was sent: how far it is, what is open, bits, and its triggers."""

import sqlalchemy as sa
from alembic import op

from newsletter.delivery.tallying.following import create_following, drop_following

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("generation", NUMBER, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
    )
    op.create_table(
        "tallied_editions",
        sa.Column("edition_id", NUMBER, nullable=False),
        sa.Column("through", NUMBER, nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_tallied_editions")),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["editions.id"],
            name=op.f("fk_tallied_editions_edition_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "open_deliveries",
        sa.Column("edition_id", NUMBER, nullable=False),
        sa.Column("delivery_id", NUMBER, nullable=False),
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("was", sa.String(20)),
        sa.PrimaryKeyConstraint("edition_id", "delivery_id", name=op.f("pk_open_deliveries")),
    )
    op.create_table(
        "tally_bits",
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("digit", NUMBER, nullable=False),
        sa.Column("block", NUMBER, nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("field", "digit", "block", name=op.f("pk_tally_bits")),
    )
    create_following(op.get_bind())


def downgrade() -> None:
    drop_following(op.get_bind())
    for table in ("tally_bits", "open_deliveries", "tallied_editions", "tallies"):
        op.drop_table(table)
