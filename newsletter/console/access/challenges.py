"""Signed values that a page brings back within minutes: challenges of passkeys, half sign-ins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from webauthn.helpers import generate_challenge

from newsletter.console.frame.request import ConsoleRequest
from newsletter.errors import TokenSpent
from newsletter.staff.sign_in.passkeys import RelyingParty

LIFETIME = timedelta(minutes=10)
CHALLENGE, HALF_SIGN_IN = "console passkey challenge", "console second step"


def sign(request: ConsoleRequest, purpose: str, value: str) -> str:
    """A value that is believed for ten minutes, from this browser alone."""
    stamped = f"{int(request.now.timestamp())} {request.csrf} {value}"
    return request.context.signer(purpose).sign(stamped)


def read(request: ConsoleRequest, purpose: str, token: str) -> str:
    """The value of a token.

    Raises:
        TokenError: it was not made by this site, or for another browser.
        TokenSpent: it is too old.
    """
    made, csrf, value = request.context.signer(purpose).read(token).split(" ", 2)
    is_old = request.now - datetime.fromtimestamp(int(made), UTC) > LIFETIME
    if is_old or csrf != request.csrf:
        raise TokenSpent("the page was open for too long; open it again")
    return value


def new_challenge(request: ConsoleRequest) -> tuple[bytes, str]:
    """A challenge for a passkey, and the token that brings it back."""
    challenge = generate_challenge()
    return challenge, sign(request, CHALLENGE, urlsafe_b64encode(challenge).decode())


def challenge_in(request: ConsoleRequest, token: str) -> bytes:
    """
    Raises:
        TokenError: as `read`.
    """
    return urlsafe_b64decode(read(request, CHALLENGE, token))


def party(request: ConsoleRequest) -> RelyingParty:
    site = request.config.site
    return RelyingParty(base_url=site.base_url, name=site.name)
