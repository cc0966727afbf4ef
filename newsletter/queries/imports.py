"""The names of topics, digests and languages that values of an imported list are matched with."""

from sqlalchemy.orm import Session

from newsletter.articles import store as articles
from newsletter.articles.identity import topic_slug
from newsletter.config.options import Config
from subscribers.importing.list_reading import SiteNames


def site_names(session: Session, config: Config) -> SiteNames:
    """The topics, digests and languages that values of a list are matched with."""
    topics = {topic.slug for topic in articles.topics(session)}
    topics.update(slug for digest in config.digests.values() for slug in digest.topics)
    return SiteNames(
        topics=frozenset(topics),
        digests=frozenset(config.digests),
        languages=frozenset(config.site.languages),
        as_topic=topic_slug,
    )
