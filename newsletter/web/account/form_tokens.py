"""The mark that a form carries: which words of consent it showed, and when it was opened.

A form on the site is good for a day. One that stands on another page is good for as long as the
words are.
"""

from datetime import UTC, datetime, timedelta

from newsletter.errors import TokenError
from newsletter.tokens.signing import Signer
from subscribers.consent import version_of

PURPOSE = "form"
LIFETIME = timedelta(days=1)
PERMANENT = "standing"


class FormTokens:
    """Makes and reads marks for the words of consent in force."""

    def __init__(self, signer: Signer, wording: str) -> None:
        self._signer = signer
        self.version = version_of(wording) or "none"
        """Of the words in force."""

    def make(self, now: datetime) -> str:
        """The mark of a form opened now."""
        return self._signer.sign(f"{self.version}.{int(now.timestamp())}")

    def make_permanent(self) -> str:
        """The mark of a form that is copied onto another page."""
        return self._signer.sign(f"{self.version}.{PERMANENT}")

    def check(self, mark: str, now: datetime) -> None:
        """Look whether a form showed the words in force.

        Raises:
            TokenError: it has no mark of ours, has been open too long, or the words were changed.
        """
        version, _, opened = self._signer.read(mark).partition(".")
        if version != self.version:
            raise TokenError("the words have changed since the form was made")
        if opened == PERMANENT:
            return
        if now - datetime.fromtimestamp(int(opened), UTC) > LIFETIME:
            raise TokenError("the form has been open for more than a day")
