"""Confirming a new address: the link in the mail that goes there."""

from datetime import datetime, timedelta

from newsletter.delivery.dated import DatedLink
from newsletter.signing import Signer
from subscribers.models import AddressChange

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
