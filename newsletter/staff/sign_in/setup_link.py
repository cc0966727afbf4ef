"""The link by which the first owner sets the console up; it ends as soon as there is an owner."""

from datetime import UTC, datetime, timedelta

from newsletter.errors import TokenSpent
from newsletter.tokens.signing import Signer

PURPOSE = "console set-up"
LIFETIME = timedelta(days=2)


def make(signer: Signer, now: datetime) -> str:
    """The token of a link made now."""
    return signer.sign(str(int(now.timestamp())))


def path(token: str) -> str:
    """The path of the link's page, below the site's address."""
    return f"/console/set-up/{token}"


def check(signer: Signer, token: str, now: datetime) -> None:
    """
    Raises:
        TokenError: it was not made by this site.
        TokenSpent: it is too old.
    """
    issued_at = datetime.fromtimestamp(int(signer.read(token)), UTC)
    if now - issued_at > LIFETIME:
        raise TokenSpent("this link has ended; `newsletter staff setup` prints another one")
