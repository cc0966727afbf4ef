"""Confirming a new address: the link in the mail that goes there, and what pressing it does."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.subscriptions import privacy
from newsletter.tokens.dated import DatedLink
from newsletter.tokens.signing import Signer
from subscribers import moving
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


def move(
    session: Session, subscriber: Subscriber, secret: str, *, origin: Origin, now: datetime
) -> Subscriber:
    """Mail her at the new address from now on; returns the subscriber who has it.

    Raises:
        Conflict: she has asked for no change, has left, or the address is suppressed.
    """
    moved = moving.move(session, subscriber, secret, origin=origin, now=now)
    if moved.forgotten is not None:
        privacy.clear_traces(session, moved.forgotten, now)
    return moved.subscriber
