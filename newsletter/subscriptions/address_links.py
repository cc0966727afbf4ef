"""The links of a change of address: to confirm it at the new one, and to object at the old one."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.errors import TokenError, TokenSpent
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.signing import Signer
from subscribers import address_change
from subscribers import store as people
from subscribers.models import AddressChange, AddressMove, Subscriber

PURPOSE = "move"
OBJECTION_PURPOSE = "object to move"
OBJECTION_SPENT = "this link was good once, or for a week; your address stays as it is now"


def new_address_url(base_url: str, signer: Signer, change: AddressChange) -> str:
    """The address that confirms a new mail address; its signer must be of `PURPOSE`."""
    link = ExpiringLink(subscriber_id=change.subscriber_id, at=change.asked_at)
    return f"{base_url}/move/{link.sign(signer)}"


def read_address_link(
    signer: Signer, token: str, good_for: timedelta, now: datetime
) -> ExpiringLink:
    """Who asked for another address, and when.

    Raises:
        TokenError: not ours, or too old.
    """
    instead = "please ask for the change again"
    return ExpiringLink.read(signer, token, good_for=good_for, now=now, instead=instead)


def requesting_subscriber(session: Session, link: ExpiringLink) -> Subscriber:
    """The subscriber who asked for the change that a link confirms.

    Raises:
        TokenError: the change is made, given up, or was asked for again.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(session, link.subscriber_id)
    change = people.find_address_change(session, subscriber)
    if change is None or not link.is_of(change.asked_at):
        raise TokenSpent("this link was good once; please ask for the change again")
    return subscriber


def objection_url(base_url: str, signer: Signer, change: AddressMove) -> str:
    """What is opened at the old address to stay there; its signer must be of that purpose."""
    return f"{base_url}/keep-address/{signer.sign(str(change.id))}"


def read_objection(signer: Signer, token: str) -> int:
    """The number of the change of address that a link objects to.

    Raises:
        TokenError: not ours.
    """
    number = signer.read(token)
    if not (number.isascii() and number.isdigit()):
        raise TokenError("this link is damaged")
    return int(number)


def objected_to(session: Session, number: int, now: datetime) -> AddressMove:
    """What a link objects to.

    Raises:
        TokenError: it was stopped or undone already, or made more than a week ago.
    """
    change = people.find_move(session, number)
    if change is None or not address_change.can_object(session, change, now):
        raise TokenSpent(OBJECTION_SPENT)
    return change
