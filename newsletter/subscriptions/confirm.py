"""Double opt-in: the confirmation link in the mail to a pending subscriber."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.delivery.ledger.models import Notice, NoticeKind
from newsletter.errors import TokenSpent
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.signing import Signer
from subscribers import store as people
from subscribers.models import Subscriber, SubscriberStatus

KIND = NoticeKind.CONFIRM
PURPOSE = "confirm"
# An old link does not bring back a subscriber who has left since.
OPEN_TO = frozenset({SubscriberStatus.PENDING, SubscriberStatus.CONFIRMED})


def read_link(signer: Signer, token: str, good_for: timedelta, now: datetime) -> ExpiringLink:
    """Verify the token of a confirmation link.

    Raises:
        TokenError: forged or expired.
    """
    instead = "to join, please fill in the form again"
    return ExpiringLink.read(signer, token, good_for=good_for, now=now, instead=instead)


def confirmation_url(base_url: str, signer: Signer, notice: Notice) -> str:
    """URL that confirms a subscription; its validity starts when the notice was queued."""
    link = ExpiringLink(subscriber_id=notice.subscriber_id, at=notice.created_at)
    return f"{base_url}/confirm/{link.sign(signer)}"


def pending_subscriber(session: Session, subscriber_id: int) -> Subscriber:
    """The subscriber whom a confirmation link is for.

    Raises:
        TokenError: they have left or were erased since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(session, subscriber_id)
    if subscriber.status not in OPEN_TO:
        raise TokenSpent("this link was good once; to join, please fill in the form again")
    return subscriber
