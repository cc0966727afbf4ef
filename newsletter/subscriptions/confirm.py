"""Asking a person to confirm her address: the link in the mail."""

from datetime import datetime, timedelta

from newsletter.delivery.ledger.models import Notice, NoticeKind
from newsletter.tokens.dated import DatedLink
from newsletter.tokens.signing import Signer

KIND = NoticeKind.CONFIRM
PURPOSE = "confirm"


def read_link(signer: Signer, token: str, good_for: timedelta, now: datetime) -> DatedLink:
    """Who is to confirm, and when she was asked.

    Raises:
        TokenError: not ours, or too old.
    """
    instead = "to join, please fill in the form again"
    return DatedLink.read(signer, token, good_for=good_for, now=now, instead=instead)


def confirmation_address(base_url: str, signer: Signer, notice: Notice) -> str:
    """What she opens to confirm; good from the moment she was asked."""
    link = DatedLink(subscriber_id=notice.subscriber_id, at=notice.created_at)
    return f"{base_url}/confirm/{link.sign(signer)}"
