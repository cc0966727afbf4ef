"""Feeds: corrections, archives, what hubs were told, private addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "article_corrections",
    "feed_happenings",
    "feed_archives",
    "feed_archive_items",
    "hub_notices",
    "private_feeds",
)


def upgrade() -> None:
    op.create_table(
        "article_corrections",
        sa.Column("article_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_article_corrections_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_article_corrections")),
    )
    op.create_index("ix_article_corrections_at", "article_corrections", ["at"])
    op.create_table(
        "feed_happenings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("article_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_feed_happenings_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_happenings")),
        sa.UniqueConstraint(
            "kind",
            "article_id",
            "number",
            "at",
            name=op.f("uq_feed_happenings_kind_article_id_number_at"),
        ),
    )
    op.create_index("ix_feed_happenings_article_id", "feed_happenings", ["article_id"])
    op.create_table(
        "feed_archives",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_archives")),
        sa.UniqueConstraint("scope", "number", name=op.f("uq_feed_archives_scope_number")),
    )
    op.create_table(
        "feed_archive_items",
        sa.Column("archive_id", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("happening_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["archive_id"],
            ["feed_archives.id"],
            name=op.f("fk_feed_archive_items_archive_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["happening_id"],
            ["feed_happenings.id"],
            name=op.f("fk_feed_archive_items_happening_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("archive_id", "position", name=op.f("pk_feed_archive_items")),
    )
    op.create_index(
        op.f("ix_feed_archive_items_happening_id"), "feed_archive_items", ["happening_id"]
    )
    op.create_table(
        "hub_notices",
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("told_change", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hub", "scope", name=op.f("pk_hub_notices")),
    )
    op.create_table(
        "private_feeds",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_private_feeds_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_feeds")),
    )
    op.create_index(op.f("ix_private_feeds_subscriber_id"), "private_feeds", ["subscriber_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
