"""What a subscriber may choose, change and leave by; the ledger of consent sealed by triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
REFUSAL = "the ledger of consent can only be added to"


def upgrade() -> None:
    text = {"server_default": "", "nullable": False}
    op.add_column("subscribers", sa.Column("source", sa.Text(), **text))
    op.add_column(
        "subscribers", sa.Column("attributes", sa.JSON(), server_default="{}", nullable=False)
    )
    op.add_column("subscribers", sa.Column("active_at", MOMENT))
    op.add_column("consent_events", sa.Column("wording_version", sa.Text(), **text))
    op.add_column("consent_events", sa.Column("details", sa.Text(), **text))
    # "Everything" was the digests and bulletins; nobody agreed to each article by itself.
    op.execute("UPDATE subscribers SET frequency = 'regular' WHERE frequency = 'everything'")
    _create_tables()
    _seal(op.get_bind().dialect.name)


def downgrade() -> None:
    _unseal(op.get_bind().dialect.name)
    for table in ("consent_networks", "departures", "address_changes"):
        op.drop_table(table)
    op.execute(
        "UPDATE subscribers SET frequency = 'everything' WHERE frequency IN ('regular', 'articles')"
    )
    for column in ("details", "wording_version"):
        op.drop_column("consent_events", column)
    for column in ("active_at", "attributes", "source"):
        op.drop_column("subscribers", column)


def _create_tables() -> None:
    op.create_table(
        "address_changes",
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_address_changes_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_address_changes")),
    )
    op.create_table(
        "departures",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
    )
    op.create_table(
        "consent_networks",
        sa.Column("event_id", NUMBER, nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["consent_events.id"], name=op.f("fk_consent_networks_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_consent_networks")),
    )
    op.create_index(op.f("ix_consent_networks_at"), "consent_networks", ["at"])


def _seal(dialect: str) -> None:
    if dialect == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER consent_events_refuse_{act.lower()} BEFORE {act} "
                f"ON consent_events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_consent() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_events_refuse_change BEFORE UPDATE OR DELETE ON consent_events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_consent()"
    )
    op.execute(
        "CREATE TRIGGER consent_events_refuse_truncate BEFORE TRUNCATE ON consent_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_consent()"
    )


def _unseal(dialect: str) -> None:
    if dialect == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER consent_events_refuse_{act}")
        return
    for name in ("change", "truncate"):
        op.execute(f"DROP TRIGGER consent_events_refuse_{name} ON consent_events")
    op.execute("DROP FUNCTION refuse_change_of_consent()")
