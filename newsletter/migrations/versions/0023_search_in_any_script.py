"""The search of articles without accents, and ß as ss, on PostgreSQL as on SQLite."""

from alembic import op

revision = "0023"
down_revision = "0025"
branch_labels = None
depends_on = None

PLAIN = "regexp_replace(normalize(replace(lower({}), 'ß', 'ss'), NFKD), '[\u0300-\u036f]', '', 'g')"
AS_IS = "{}"


def upgrade() -> None:
    _make(PLAIN)


def downgrade() -> None:
    _make(AS_IS)


def _make(form: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    title, head, body = (
        form.format(text)
        for text in ("title", "left(summary || ' ' || author, 10000)", "left(body_text, 150000)")
    )
    op.execute("DROP INDEX IF EXISTS articles_search")
    op.execute(
        "CREATE INDEX articles_search ON articles USING gin (("
        f"(setweight(to_tsvector('simple', {title}), 'A')"
        f" || setweight(to_tsvector('simple', {head}), 'B'))"
        f" || setweight(to_tsvector('simple', {body}), 'D')))"
    )
