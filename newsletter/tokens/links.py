"""The tokens of the unsubscribe and preferences links in every mail."""

from newsletter.tokens.signing import PREFERENCES, UNSUBSCRIBE, Signer

NO_EDITION = 0
# The subscriber number in the links of a test mail, which change nothing.
NOBODY = 0


class LinkSigners:
    """Signs the links of one site."""

    def __init__(self, secret: str) -> None:
        self._unsubscribe = Signer(secret, UNSUBSCRIBE)
        self._preferences = Signer(secret, PREFERENCES)

    def unsubscribe_token(self, subscriber_id: int, edition_id: int) -> str:
        """Token of a subscriber's unsubscribe link in an edition, or in `NO_EDITION`."""
        return self._unsubscribe.sign(f"{subscriber_id}.{edition_id}")

    def preferences_token(self, subscriber_id: int) -> str:
        """Token of a subscriber's preference page."""
        return self._preferences.sign(str(subscriber_id))
