"""The tokens of the links that every mail to a subscriber brings."""

from newsletter.tokens.signing import PREFERENCES, UNSUBSCRIBE, Signer

NO_EDITION = 0
# The subscriber of the links in a test mail: they change nothing.
NOBODY = 0


class LinkSigners:
    """Signs for one site."""

    def __init__(self, secret: str) -> None:
        self._unsubscribe = Signer(secret, UNSUBSCRIBE)
        self._preferences = Signer(secret, PREFERENCES)

    def unsubscribe_token(self, subscriber_id: int, edition_id: int) -> str:
        """That of her unsubscribe address in an edition, or in `NO_EDITION`."""
        return self._unsubscribe.sign(f"{subscriber_id}.{edition_id}")

    def preferences_token(self, subscriber_id: int) -> str:
        """That of her own page."""
        return self._preferences.sign(str(subscriber_id))
