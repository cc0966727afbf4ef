"""Undoing one's leaving: the link in the mail that says goodbye.

It names the moment she left, so that an old mail brings nobody back who has left again since.
"""

from datetime import UTC, datetime, timedelta

from newsletter.errors import TokenError
from newsletter.signing import Signer
from subscribers.models import Subscriber

PURPOSE = "return"


def return_address(base_url: str, signer: Signer, subscriber: Subscriber) -> str:
    """What she opens to undo her leaving; its signer must be of `PURPOSE`."""
    left_at = _seconds(subscriber.ended_at)
    return f"{base_url}/return/{signer.sign(f'{subscriber.id}.{left_at}')}"


def read_return(signer: Signer, token: str, good_for: timedelta, now: datetime) -> tuple[int, int]:
    """Who may come back by a link, and the second she left in.

    Raises:
        TokenError: not ours, or too old.
    """
    subscriber_id, _, left_at = signer.read(token).partition(".")
    if now - datetime.fromtimestamp(int(left_at), UTC) > good_for:
        raise TokenError("this link is too old; to come back, please fill in the form again")
    return int(subscriber_id), int(left_at)


def refuse_other_leaving(subscriber: Subscriber, left_at: int) -> None:
    """
    Raises:
        TokenError: she has left again since the link was made.
    """
    if subscriber.ended_at is not None and _seconds(subscriber.ended_at) != left_at:
        raise TokenError("this link was good once; to come back, please fill in the form again")


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
