"""Signed tokens in sign-up forms: the version of the consent wording shown, and when.

A form of the site expires after a day; one embedded in another page when the wording changes.
"""

from datetime import UTC, datetime, timedelta

from newsletter.errors import TokenError
from newsletter.tokens.signing import Signer
from subscribers.consent import version_of

PURPOSE = "form"
LIFETIME = timedelta(days=1)
PERMANENT = "standing"


class FormTokens:
    """Signs and checks the tokens of forms that show the current wording."""

    def __init__(self, signer: Signer, wording: str) -> None:
        self._signer = signer
        self.version = version_of(wording) or "none"
        """Of the current wording."""

    def make(self, now: datetime) -> str:
        """The token of a form opened now."""
        return self._signer.sign(f"{self.version}.{int(now.timestamp())}")

    def make_permanent(self) -> str:
        """The token of a form embedded in another page."""
        return self._signer.sign(f"{self.version}.{PERMANENT}")

    def check(self, token: str, now: datetime) -> None:
        """Check that a form showed the current wording.

        Raises:
            TokenError: forged, expired, or of another version of the wording.
        """
        version, _, opened = self._signer.read(token).partition(".")
        if version != self.version:
            raise TokenError("the words have changed since the form was made")
        if opened == PERMANENT:
            return
        if now - datetime.fromtimestamp(int(opened), UTC) > LIFETIME:
            raise TokenError("the form has been open for more than a day")
