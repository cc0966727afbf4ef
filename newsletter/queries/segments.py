"""Segments with what several rooms know of them: who uses one, whom it means, unknown names."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter.articles import store as articles
from newsletter.config.options import Config
from newsletter.delivery.ledger.statistics import measures
from newsletter.editions.bulletins import store as bulletins
from subscribers import store as people
from subscribers.importing.storage import history
from subscribers.models import Subscriber
from subscribers.search import page
from subscribers.segments import store
from subscribers.segments.compiling import QueryContext
from subscribers.segments.expressions import tests_in
from subscribers.segments.fields import ATTRIBUTE
from subscribers.segments.parsing import parse
from subscribers.segments.store import members
from subscribers.segments.unknown_names import unknown_names

SAMPLE = 20
# Far more than anybody writes at a time.
MAX_DRAFTS = 1_000


def evaluation(session: Session, config: Config, now: datetime) -> QueryContext:
    """The context that expressions are evaluated in: now, the site's zone, the mail statistics."""
    return QueryContext(now=now, zone=ZoneInfo(config.site.timezone), measures=measures(session))


def unknown_in(session: Session, config: Config, expression: str) -> list[str]:
    """A sentence for each topic or digest in an expression that nobody knows.

    Raises:
        InvalidInput: an invalid expression.
    """
    return unknown_names(parse(expression), known_names(session, config))


def known_names(session: Session, config: Config) -> dict[str, set[str]]:
    """The names of topics and digests, by field."""
    topics = {topic.slug for topic in articles.topics(session)}
    for choice in people.choices(session).values():
        topics.update(choice.topics)
    return {"topic": topics, "digest": set(config.digests)}


def attribute_names(session: Session) -> list[str]:
    """The attributes that imports brought, or that segments ask for."""
    attributes = {
        test.field.removeprefix(ATTRIBUTE)
        for segment in store.every(session)
        for test in tests_in(parse(segment.expression))
        if test.field.startswith(ATTRIBUTE)
    }
    for each in history.every(session):
        roles = [column["read_as"] for column in each.report.get("columns", ())]
        attributes.update(r.removeprefix(ATTRIBUTE) for r in roles if r.startswith(ATTRIBUTE))
        attributes.update("tags" for role in roles if role == "tags")
    return sorted(attributes)


def uses(session: Session, config: Config) -> dict[str, list[str]]:
    """Where segments are used by their names: digests, and bulletins that are being written."""
    names: dict[str, list[str]] = defaultdict(list)
    for digest in config.digests.values():
        names[digest.segment.strip()].append(f"the digest {digest.name}")
    for draft, _ in bulletins.page(session, open_only=True, limit=MAX_DRAFTS):
        names[draft.segment.strip()].append(f"the draft “{draft.subject or 'without a subject'}”")
    return names


def sample(
    session: Session, expression: str, context: QueryContext, limit: int = SAMPLE
) -> Sequence[Subscriber]:
    """Some of those whom an expression means, the newest first.

    Raises:
        InvalidInput: an invalid expression.
    """
    return page(session, within=members(expression, context), limit=limit)
