"""Confirming a new address: the link in the mail that goes there, and what pressing it does."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.errors import Conflict, TokenSpent
from newsletter.subscriptions import privacy
from newsletter.tokens.dated import DatedLink
from newsletter.tokens.signing import Signer
from subscribers import address_change
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.models import AddressChange, Subscriber

PURPOSE = "move"


def move_address(base_url: str, signer: Signer, change: AddressChange) -> str:
    """What she opens at the new address to be mailed there; its signer must be of `PURPOSE`."""
    link = DatedLink(subscriber_id=change.subscriber_id, at=change.asked_at)
    return f"{base_url}/move/{link.sign(signer)}"


def read_move(signer: Signer, token: str, good_for: timedelta, now: datetime) -> DatedLink:
    """Who wants to be mailed elsewhere, and when she asked for it.

    Raises:
        TokenError: not ours, or too old.
    """
    instead = "please ask for the change again"
    return DatedLink.read(signer, token, good_for=good_for, now=now, instead=instead)


def asked_by(session: Session, link: DatedLink) -> Subscriber:
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


def move(
    session: Session, link: DatedLink, secret: str, *, origin: Origin, now: datetime
) -> Subscriber:
    """Mail them at the new address from now on; returns the subscriber who has it.

    Raises:
        TokenError: the change is made or given up, they have left, or the address is suppressed.
    """
    subscriber = asked_by(session, link)
    try:
        moved = address_change.complete_change(session, subscriber, secret, origin=origin, now=now)
    except Conflict as error:
        raise TokenSpent(str(error)) from error
    if moved.forgotten is not None:
        privacy.clear_traces(session, moved.forgotten, now)
    return moved.subscriber
