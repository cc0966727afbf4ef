"""Corrections in digests: which edition told which. Articles' media, and their lengths."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "edition_corrections",
        sa.Column("edition_id", NUMBER, nullable=False),
        sa.Column("article_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["editions.id"],
            name=op.f("fk_edition_corrections_edition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["article_id", "number"],
            ["article_corrections.article_id", "article_corrections.number"],
            name=op.f("fk_edition_corrections_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "edition_id", "article_id", "number", name=op.f("pk_edition_corrections")
        ),
        sa.UniqueConstraint(
            "digest", "article_id", "number", name=op.f("uq_edition_corrections_digest_article_id_number")
        ),
    )
    op.add_column("articles", sa.Column("media", sa.JSON(), server_default="[]", nullable=False))
    op.add_column(
        "articles",
        sa.Column("is_measured", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index(op.f("ix_articles_is_measured"), "articles", ["is_measured"])


def downgrade() -> None:
    op.drop_index(op.f("ix_articles_is_measured"), "articles")
    op.drop_column("articles", "is_measured")
    op.drop_column("articles", "media")
    op.drop_table("edition_corrections")
