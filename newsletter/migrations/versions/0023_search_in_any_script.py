"""The search without accents, and ß as ss, on PostgreSQL too."""

from alembic import op

from newsletter.articles.search import create_search, drop_search

revision = "0023"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_search(op.get_bind())
    create_search(op.get_bind())


def downgrade() -> None:
    drop_search(op.get_bind())
    create_search(op.get_bind())
