"""Give articles of polled feeds their feed, and seal where consent came from."""

import re
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _give_articles_their_feed()


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


def downgrade() -> None:
    op.execute("UPDATE articles SET source = 'feed' WHERE source LIKE 'feed:%'")
