"""Several ways out: what ails a transport or a recipient domain, and what that has used."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "transport_troubles",
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("in_a_row", NUMBER, nullable=False),
        sa.Column("refuses_us", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=False),
        sa.Column("rests_until", MOMENT, nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("transport", name=op.f("pk_transport_troubles")),
    )


    op.create_table(
        "domain_uses",
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("booked_until", MOMENT, nullable=False),
        sa.Column("in_a_row", NUMBER, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rests_until", MOMENT, nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("used_in_hour", NUMBER, nullable=False),
        sa.Column("day", MOMENT, nullable=False),
        sa.Column("used_in_day", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("transport", "domain", name=op.f("pk_domain_uses")),
    )
    op.create_table(
        "watches",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("settled", NUMBER, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_watches")),
    )
    op.add_column("deliveries", sa.Column("deferred_since", MOMENT, nullable=True))
    op.add_column(
        "deliveries",
        sa.Column("resent", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "editions",
        sa.Column("uncertain", sa.String(length=20), server_default="ask", nullable=False),
    )
    op.add_column("transport_uses", sa.Column("first_used_at", MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("transport_uses", "first_used_at")
    op.drop_column("editions", "uncertain")
    op.drop_column("deliveries", "resent")
    op.drop_column("deliveries", "deferred_since")
    op.drop_table("watches")
    op.drop_table("domain_uses")
    op.drop_table("transport_troubles")
