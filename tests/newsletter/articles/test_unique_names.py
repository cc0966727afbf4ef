"""Names of articles that nobody else has."""

from support import add_article

from newsletter.articles.ingestion.unique_names import free_slug
from newsletter.clock import FixedClock
from newsletter.database import Database


def test_a_slug_that_is_taken_is_numbered(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        add_article(session, "Harbour", clock.now()).slug = "harbour"
        session.flush()
        assert free_slug(session, "Harbour", "tag:x") == "harbour-2"
