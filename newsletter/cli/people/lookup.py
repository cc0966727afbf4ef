"""Shared by commands about subscribers: lookup by address, topics as typed."""

from collections.abc import Sequence
from difflib import get_close_matches

from sqlalchemy.orm import Session

from newsletter.articles import store as articles
from newsletter.articles.identity import topic_slug
from newsletter.cli.context import Invocation
from newsletter.errors import ResourceNotFound
from subscribers import store
from subscribers.addresses import hash_address, normalise_address
from subscribers.models import Subscriber


def person_at(program: Invocation, session: Session, address: str) -> Subscriber:
    """The subscriber with this address, case-insensitively.

    Raises:
        InvalidInput: not a mail address.
        ResourceNotFound: nobody has it; the message says if it is suppressed.
    """
    normalised = normalise_address(address)
    address_hash = hash_address(program.app.secret, normalised)
    subscriber = store.find_by_hash(session, address_hash)
    if subscriber is not None:
        return subscriber
    suppression = store.find_suppression(session, address_hash)
    reason = f"; it is suppressed ({suppression.reason})" if suppression else ""
    raise ResourceNotFound(f"no subscriber has the address {normalised}{reason}")


def number_of(program: Invocation, address: str) -> int:
    """The id of the subscriber with this address.

    Raises:
        As `person_at`.
    """
    with program.database.read() as session:
        return person_at(program, session, address).id


def topics_of(program: Invocation, session: Session, typed: Sequence[str]) -> tuple[str, ...]:
    """Slugs of topics by name or slug; warns of those that no article has."""
    slugs = tuple(topic_slug(each) for each in typed if each.strip())
    existing = [topic.slug for topic in articles.topics(session)]
    for slug in slugs:
        if slug not in existing:
            near = get_close_matches(slug, existing, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            program.warn(f"No article has the topic {slug} yet{hint}")
    return slugs
