"""Undoing one's leaving: the link in the mail that says goodbye, and on the page.

It names the moment she left, so that an old mail brings nobody back who has left again since.
"""

from datetime import datetime, timedelta

from newsletter.errors import TokenSpent
from newsletter.tokens.dated import DatedLink
from newsletter.tokens.signing import Signer
from subscribers.models import Subscriber

PURPOSE = "return"


def return_address(base_url: str, signer: Signer, subscriber: Subscriber) -> str:
    """What she opens to undo her leaving; its signer must be of `PURPOSE`."""
    left_at = subscriber.ended_at
    if left_at is None:
        raise ValueError(f"subscriber {subscriber.id} has not left")
    link = DatedLink(subscriber_id=subscriber.id, at=left_at)
    return f"{base_url}/return/{link.sign(signer)}"


def read_return(signer: Signer, token: str, good_for: timedelta, now: datetime) -> DatedLink:
    """Who may come back by a link, and when she left.

    Raises:
        TokenError: not ours, or too old.
    """
    instead = "to come back, please fill in the form again"
    return DatedLink.read(signer, token, good_for=good_for, now=now, instead=instead)


def refuse_other_leaving(subscriber: Subscriber, link: DatedLink) -> None:
    """
    Raises:
        TokenError: she has left again since the link was made.
    """
    if subscriber.ended_at is not None and not link.is_of(subscriber.ended_at):
        raise TokenSpent("this link was good once; to come back, please fill in the form again")
