"""Private feeds: a subscriber's topics at a secret URL.

The signed URL names a row, so it can be neither guessed nor used once revoked. It contains nothing
personal, and stops working when the subscription ends.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import ResourceNotFound, TokenError
from newsletter.feeds import store
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.models import PrivateFeed
from newsletter.feeds.scopes import Scope, Selection
from newsletter.tokens.signing import Signer
from subscribers import store as people
from subscribers.models import Subscriber, SubscriberStatus

PURPOSE = "private feed"


class FeedRevoked(ResourceNotFound):
    """The private feed was revoked."""


def token_of(session: Session, signer: Signer, subscriber: Subscriber, now: datetime) -> str:
    """The token of the subscriber's active private feed; a new one if there is none."""
    active = [f for f in store.private_feeds_of(session, subscriber.id) if not f.revoked_at]
    if not active:
        active = [PrivateFeed(subscriber_id=subscriber.id, created_at=now)]
        session.add(active[0])
        session.flush()
    return signer.sign(str(active[-1].id))


def revoke(session: Session, subscriber: Subscriber, now: datetime) -> int:
    """Revoke every private feed of the subscriber; the number revoked."""
    active = [f for f in store.private_feeds_of(session, subscriber.id) if not f.revoked_at]
    for feed in active:
        feed.revoked_at = now
    return len(active)


def scope_of(session: Session, signer: Signer, token: str) -> Scope:
    """The topics of the feed with this token.

    Raises:
        TokenError: the token is invalid.
        FeedRevoked: it was revoked, or the subscription has ended.
    """
    number = signer.read(token)
    if not (number.isascii() and number.isdigit()):
        raise TokenError("this address is damaged")
    feed = store.private_feed(session, int(number))
    if feed is None or feed.revoked_at:
        raise FeedRevoked("this private feed has been revoked")
    subscriber = people.by_id(session, feed.subscriber_id)
    if subscriber.status is not SubscriberStatus.CONFIRMED:
        raise FeedRevoked("this private feed ended with its subscription")
    topics = store.known_topics(session, people.choice_of(session, subscriber).topics)
    return Scope(topics=tuple(sorted(topics)))


def path_of(token: str, kind: FeedKind) -> str:
    return Selection(kind=kind, token=token).path
