"""Change of address: the confirmation link mailed to the new address."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.errors import Conflict, TokenSpent
from newsletter.subscriptions import privacy
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.signing import Signer
from subscribers import address_change
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.models import AddressChange, Subscriber

PURPOSE = "move"


def new_address_url(base_url: str, signer: Signer, change: AddressChange) -> str:
    """URL that confirms a new address; the signer must be of `PURPOSE`."""
    link = ExpiringLink(subscriber_id=change.subscriber_id, at=change.asked_at)
    return f"{base_url}/move/{link.sign(signer)}"


def read_address_link(
    signer: Signer, token: str, good_for: timedelta, now: datetime
) -> ExpiringLink:
    """Verify the token of a confirmation link.

    Raises:
        TokenError: forged or expired.
    """
    instead = "please ask for the change again"
    return ExpiringLink.read(signer, token, good_for=good_for, now=now, instead=instead)


def requesting_subscriber(session: Session, link: ExpiringLink) -> Subscriber:
    """The subscriber who requested the change that a link confirms.

    Raises:
        TokenError: the change was made, cancelled, or requested again.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(session, link.subscriber_id)
    change = people.find_address_change(session, subscriber)
    if change is None or not link.is_of(change.asked_at):
        raise TokenSpent("this link was good once; please ask for the change again")
    return subscriber


def move(
    session: Session, link: ExpiringLink, secret: str, *, origin: Origin, now: datetime
) -> Subscriber:
    """Change the subscriber's address; returns the subscriber who has it now.

    Raises:
        TokenError: the change was made or cancelled, they have left, or the address is suppressed.
    """
    subscriber = requesting_subscriber(session, link)
    try:
        moved = address_change.complete_change(session, subscriber, secret, origin=origin, now=now)
    except Conflict as error:
        raise TokenSpent(str(error)) from error
    if moved.forgotten is not None:
        privacy.clear_traces(session, moved.forgotten, now)
    return moved.subscriber
