"""Alembic environment: migrates over the connection that it is given."""

from alembic import context

from newsletter.migrations.running import BY_HAND
from newsletter.schema import metadata


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    return not (name or "").startswith(BY_HAND)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=include_name,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
