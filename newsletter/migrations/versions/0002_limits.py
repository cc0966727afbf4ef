"""How much of its limits a transport has used."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "transport_uses",
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("used_in_hour", NUMBER, nullable=False),
        sa.Column("day", MOMENT, nullable=False),
        sa.Column("used_in_day", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("transport", name=op.f("pk_transport_uses")),
    )


def downgrade() -> None:
    op.drop_table("transport_uses")
