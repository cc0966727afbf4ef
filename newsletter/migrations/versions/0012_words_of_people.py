"""The index of people by blocks, and the words of names; it is made anew in the background."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("people_bits")
    _create("people_bits", "bits", "block")
    _create("people_words", "content", "block", "chunk")
    op.add_column("people_index", sa.Column("wide", sa.JSON(), server_default="[]", nullable=False))
    _begin_anew()


def downgrade() -> None:
    op.drop_column("people_index", "wide")
    op.drop_table("people_words")
    op.drop_table("people_bits")
    op.create_table(
        "people_bits",
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("field", "part", name=op.f("pk_people_bits")),
    )
    _store_outside("people_bits", "bits")
    _begin_anew()


def _create(table: str, content: str, *places: str) -> None:
    op.create_table(
        table,
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        *(sa.Column(place, NUMBER, nullable=False) for place in places),
        sa.Column(content, sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("field", "part", *places, name=op.f(f"pk_{table}")),
    )
    _store_outside(table, content)


def _store_outside(table: str, column: str) -> None:
    # What can be made smaller has been: trying again would be in vain, and reading dearer.
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


def _begin_anew() -> None:
    """Everybody is noted as changed, so that nothing is answered by what is not there yet."""
    op.execute("DELETE FROM people_values")
    op.execute("DELETE FROM people_changes")
    op.execute("UPDATE people_index SET zone = '', left_out = '[]', claimed = claimed + 1")
    op.execute("INSERT INTO people_changes (subscriber_id) SELECT id FROM subscribers ORDER BY id")
