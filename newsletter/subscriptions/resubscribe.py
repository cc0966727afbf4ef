"""Undoing one's leaving: the link in the mail that says goodbye, and on the page.

It names the moment of leaving, so that an old mail brings nobody back who has left again since.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.errors import TokenSpent
from newsletter.subscriptions import preferences_link
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.signing import Signer
from subscribers import store as people
from subscribers.models import Subscriber, SubscriberStatus

PURPOSE = "return"
OPEN_TO = frozenset({SubscriberStatus.ENDED, SubscriberStatus.CONFIRMED})
SPENT = "this link was good once; to come back, please fill in the form again"


def resubscribe_url(base_url: str, signer: Signer, subscriber: Subscriber) -> str:
    """The address that undoes an unsubscribe; its signer must be of `PURPOSE`."""
    left_at = subscriber.ended_at
    if left_at is None:
        raise ValueError(f"subscriber {subscriber.id} has not left")
    link = ExpiringLink(subscriber_id=subscriber.id, at=left_at)
    return f"{base_url}/return/{link.sign(signer)}"


def read_resubscribe_link(
    signer: Signer, token: str, good_for: timedelta, now: datetime
) -> ExpiringLink:
    """Who may resubscribe by a link, and when they left.

    Raises:
        TokenError: not ours, or too old.
    """
    instead = "to come back, please fill in the form again"
    return ExpiringLink.read(signer, token, good_for=good_for, now=now, instead=instead)


def returning_subscriber(session: Session, link: ExpiringLink) -> Subscriber:
    """The subscriber whom a link brings back.

    Raises:
        TokenError: it is of an earlier leaving, of somebody who had never confirmed or is not to
            be mailed, or was sent to an earlier address.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(session, link.subscriber_id)
    has_left_since = subscriber.ended_at is not None and not link.is_of(subscriber.ended_at)
    had_confirmed = subscriber.status in OPEN_TO and subscriber.confirmed_at is not None
    if has_left_since or not had_confirmed or people.is_suppressed(session, subscriber):
        raise TokenSpent(SPENT)
    preferences_link.check_address_unchanged(subscriber, link.at)
    return subscriber
