"""Signed values that a page brings back within minutes: challenges of passkeys, half sign-ins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from webauthn.helpers import generate_challenge

from newsletter.console.frame.request import ConsoleRequest
from newsletter.errors import TokenSpent
from newsletter.staff.sign_in.passkeys import RelyingParty

LIFETIME = timedelta(minutes=10)
CHALLENGE, HALF_SIGN_IN = "console passkey challenge", "console second step"


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What a passkey was asked to sign."""

    value: bytes
    made_at: datetime


def sign(request: ConsoleRequest, purpose: str, value: str) -> str:
    """A value that is believed for ten minutes, from this browser alone."""
    stamped = f"{request.now.isoformat()} {request.csrf} {value}"
    return request.context.signer(purpose).sign(stamped)


def read(request: ConsoleRequest, purpose: str, token: str) -> str:
    """The value of a token.

    Raises:
        TokenError: it was not made by this site, or for another browser.
        TokenSpent: it is too old.
    """
    return _read(request, purpose, token)[1]


def _read(request: ConsoleRequest, purpose: str, token: str) -> tuple[datetime, str]:
    """When a token was made, and its value."""
    stamp, csrf, value = request.context.signer(purpose).read(token).split(" ", 2)
    made_at = datetime.fromisoformat(stamp)
    if request.now - made_at > LIFETIME or csrf != request.csrf:
        raise TokenSpent("the page was open for too long; open it again")
    return made_at, value


def new_challenge(request: ConsoleRequest) -> tuple[bytes, str]:
    """A challenge for a passkey, and the token that brings it back."""
    challenge = generate_challenge()
    return challenge, sign(request, CHALLENGE, urlsafe_b64encode(challenge).decode())


def challenge_in(request: ConsoleRequest, token: str) -> Challenge:
    """
    Raises:
        TokenError: as `read`.
    """
    made_at, value = _read(request, CHALLENGE, token)
    return Challenge(value=urlsafe_b64decode(value), made_at=made_at)


def party(request: ConsoleRequest) -> RelyingParty:
    site = request.config.site
    return RelyingParty(base_url=site.base_url, name=site.name)
