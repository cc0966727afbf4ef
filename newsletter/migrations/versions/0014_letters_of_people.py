"""Which letters and pairs of letters there are among people, by blocks."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "people_marks",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("blocks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_people_marks")),
    )
    # Everybody is noted as changed: whoever is, is found without the map until she stands in it.
    op.execute("DELETE FROM people_changes")
    op.execute("INSERT INTO people_changes (subscriber_id) SELECT id FROM subscribers ORDER BY id")
    # Nobody who has begun to bring the index up to date may finish.
    op.execute("UPDATE people_index SET claimed = claimed + 1")


def downgrade() -> None:
    op.drop_table("people_marks")
