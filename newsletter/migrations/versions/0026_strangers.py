"""Give articles of polled feeds their feed, and seal where consent came from."""

import re
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None

REFUSAL = "where consent came from can only be forgotten"


def upgrade() -> None:
    # Empty for editions of before: those that are not public answer to no link any more.
    op.add_column("editions", sa.Column("view_key", sa.Text(), server_default="", nullable=False))
    _give_articles_their_feed()
    _seal_networks()


def _give_articles_their_feed() -> None:
    """By the host of its link, where exactly one polled feed is there; the rest stay unclaimed."""
    connection = op.get_bind()
    hosts: dict[str, list[str]] = {}
    for (url,) in connection.execute(sa.text("SELECT url FROM feed_sources")):
        hosts.setdefault(_host(url), []).append(_source(url))
    rows = connection.execute(
        sa.text("SELECT id, canonical_url FROM articles WHERE source = 'feed' AND key_is_explicit")
    ).all()
    for number, link in rows:
        feeds = hosts.get(_host(link), [])
        if len(feeds) == 1:
            connection.execute(
                sa.text("UPDATE articles SET source = :source WHERE id = :id"),
                {"source": feeds[0], "id": number},
            )


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower().removeprefix("www.")


def _source(url: str) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"feed:{_host(url)}{parts.path.rstrip('/')}{query}"


def _seal_networks() -> None:
    """Rows are deleted when their time is over, and never changed."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER consent_networks_refuse_update BEFORE UPDATE ON consent_networks "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        op.execute(
            "CREATE TRIGGER consent_networks_refuse_replace BEFORE INSERT ON consent_networks "
            "WHEN EXISTS (SELECT 1 FROM consent_networks WHERE event_id = NEW.event_id) "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_network() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_networks_refuse_update BEFORE UPDATE ON consent_networks "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_network()"
    )
    op.execute(
        "CREATE TRIGGER consent_networks_refuse_truncate BEFORE TRUNCATE ON consent_networks "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_network()"
    )


def _unseal_networks() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "replace"):
            op.execute(f"DROP TRIGGER consent_networks_refuse_{act}")
        return
    for act in ("update", "truncate"):
        op.execute(f"DROP TRIGGER consent_networks_refuse_{act} ON consent_networks")
    op.execute("DROP FUNCTION refuse_change_of_network()")


def downgrade() -> None:
    op.drop_column("editions", "view_key")
    _unseal_networks()
    op.execute("UPDATE articles SET source = 'feed' WHERE source LIKE 'feed:%'")
