"""Validation of links to the preference page: owner, moved address, age.

Mails are forwarded, and the link with them. So it ends when the address changes, and what cannot
be undone asks for a link that was mailed a short time ago.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.errors import TokenSpent
from newsletter.tokens.links import LinkSigners, PreferencesLink
from subscribers import store as people
from subscribers.models import Subscriber, SubscriberStatus

MOVED = "this link was sent before the address was changed; a newer mail brings one that works"


class StaleLink(TokenSpent):
    """A link to the preferences that still opens them, but is too old for what was asked."""


def holder(session: Session, link: PreferencesLink) -> Subscriber:
    """The subscriber whose preferences a link opens.

    Raises:
        TokenError: the address was changed since it was sent.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(session, link.subscriber_id)
    if subscriber.status is SubscriberStatus.ERASED:
        return subscriber  # There is no address any more, and nothing to open.
    if not link.is_for(subscriber.address_hash):
        raise TokenSpent(MOVED)
    check_address_unchanged(subscriber, link.issued_at)
    return subscriber


def check_address_unchanged(subscriber: Subscriber, since: datetime) -> None:
    """
    Raises:
        TokenError: the address was changed since that second.
    """
    changed_at = subscriber.address_since
    if changed_at is not None and int(since.timestamp()) < int(changed_at.timestamp()):
        raise TokenSpent(MOVED)


def is_fresh(link: PreferencesLink, good_for: timedelta, now: datetime) -> bool:
    """Whether a link is young enough for an act that cannot be undone."""
    return now - link.issued_at <= good_for


def check_fresh(link: PreferencesLink, good_for: timedelta, now: datetime) -> None:
    """
    Raises:
        StaleLink: it is too old for an act that cannot be undone.
    """
    if not is_fresh(link, good_for, now):
        raise StaleLink("this link is too old for that; please have a fresh one mailed to you")


def issue(links: LinkSigners, subscriber: Subscriber, issued_at: datetime) -> PreferencesLink:
    """A link to the preferences, for the address that they have now."""
    token = links.preferences_token(subscriber.id, subscriber.address_hash, issued_at)
    return links.read_preferences(token)
