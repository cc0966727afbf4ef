"""Confirmation of an address (double opt-in): the link in the mail."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.delivery.ledger.models import Notice, NoticeKind
from newsletter.errors import TokenSpent
from newsletter.subscriptions import preferences_link
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.signing import Signer
from subscribers import store as people
from subscribers.models import Subscriber, SubscriberStatus

KIND = NoticeKind.CONFIRM
PURPOSE = "confirm"
# A subscriber who has left since they were asked is not brought back by the old link.
OPEN_TO = frozenset({SubscriberStatus.PENDING, SubscriberStatus.CONFIRMED})


def read_link(signer: Signer, token: str, good_for: timedelta, now: datetime) -> ExpiringLink:
    """Who is to confirm, and when they were asked.

    Raises:
        TokenError: not ours, or too old.
    """
    instead = "to join, please fill in the form again"
    return ExpiringLink.read(signer, token, good_for=good_for, now=now, instead=instead)


def confirmation_url(base_url: str, signer: Signer, notice: Notice) -> str:
    """The address that confirms; good from the moment they were asked."""
    link = ExpiringLink(subscriber_id=notice.subscriber_id, at=notice.created_at)
    return f"{base_url}/confirm/{link.sign(signer)}"


def pending_subscriber(session: Session, link: ExpiringLink) -> Subscriber:
    """The subscriber whom a link asks to confirm.

    Raises:
        TokenError: they have left, were forgotten or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(session, link.subscriber_id)
    if subscriber.status not in OPEN_TO:
        raise TokenSpent("this link was good once; to join, please fill in the form again")
    preferences_link.check_address_unchanged(subscriber, link.at)
    return subscriber
