"""Single-article editions, for subscribers who want each article when it appears.

An article has at most one: its period names the article, so of several processes one composes it.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.config.options import Config
from newsletter.editions import store
from newsletter.editions.composing.masthead import masthead
from newsletter.editions.digests import registry
from newsletter.editions.models import EACH_ARTICLE, Edition, EditionKind, EditionState

TITLE = "Each article"
MAX_SUBJECT_CHARACTERS = 250


def due_articles(session: Session, config: Config, now: datetime) -> Iterator[int]:
    """The numbers of the articles to be mailed now, oldest first.

    Only articles since `EACH_ARTICLE` was registered.
    """
    options = config.each_article
    known_since = registry.find_known_since(session, EACH_ARTICLE)
    if not options.is_on or known_since is None:
        return
    since = max(known_since, now - options.grace)
    yield from store.unmailed(session, appeared_by=now - options.delay, since=since)


def compose_single(session: Session, config: Config, article: Article, now: datetime) -> Edition:
    """The edition of one article, stored and queued.

    Raises:
        SendingRefused: the imprint or sender is missing.
        Conflict: (at commit) another process composed it first.
    """
    options = config.each_article
    edition = Edition(
        kind=EditionKind.ARTICLE,
        state=EditionState.QUEUED,
        digest=EACH_ARTICLE,
        period=f"article {article.id}",
        title=TITLE,
        subject=" ".join(article.title.split())[:MAX_SUBJECT_CHARACTERS],
        template=options.template,
        transport=options.transport or config.sending.transport,
        uncertain=config.sending.uncertain,
        masthead=masthead(config, options.sender),
        created_at=now,
        send_at=now,
    )
    session.add(edition)
    session.flush()
    store.add_articles(session, edition, [article])
    return edition
