"""Asking a person to confirm her address: the link in the mail."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.delivery.models import Notice, NoticeKind
from newsletter.errors import TokenError
from newsletter.signing import Signer

KIND = NoticeKind.CONFIRM
PURPOSE = "confirm"


@dataclass(frozen=True, kw_only=True)
class ConfirmationLink:
    """Who is to confirm, and when she was asked."""

    subscriber_id: int
    asked_at: datetime


def sign_link(signer: Signer, link: ConfirmationLink) -> str:
    """The token of a link; its signer must be of `PURPOSE`."""
    return signer.sign(f"{link.subscriber_id}.{int(link.asked_at.timestamp())}")


def read_link(signer: Signer, token: str, good_for: timedelta, now: datetime) -> ConfirmationLink:
    """What a token says.

    Raises:
        TokenError: not ours, or too old.
    """
    subscriber_id, _, asked_at = signer.read(token).partition(".")
    link = ConfirmationLink(
        subscriber_id=int(subscriber_id), asked_at=datetime.fromtimestamp(int(asked_at), UTC)
    )
    if now - link.asked_at > good_for:
        raise TokenError("this link is too old to confirm with; please fill in the form again")
    return link


def confirmation_address(base_url: str, signer: Signer, notice: Notice) -> str:
    """What she opens to confirm; good from the moment she was asked."""
    link = ConfirmationLink(subscriber_id=notice.subscriber_id, asked_at=notice.created_at)
    return f"{base_url}/confirm/{sign_link(signer, link)}"
