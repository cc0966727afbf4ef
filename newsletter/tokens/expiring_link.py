"""Signed links that expire."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.errors import TokenSpent
from newsletter.tokens.signing import Signer

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ExpiringLink:
    """The payload: a subscriber, and the time of the event it is about.

    To the microsecond, as it is stored: what is asked twice within a second is two events.
    """

    subscriber_id: int
    at: datetime

    @classmethod
    def read(
        cls, signer: Signer, token: str, *, good_for: timedelta, now: datetime, instead: str
    ) -> "ExpiringLink":
        """Verify and parse a token.

        Args:
            instead: what to do about an expired link, for the message.

        Raises:
            TokenError: forged or expired.
        """
        subscriber_id, _, at = signer.read(token).partition(".")
        moment = EPOCH + timedelta(microseconds=int(at))
        link = cls(subscriber_id=int(subscriber_id), at=moment)
        if now - link.at > good_for:
            raise TokenSpent(f"this link is too old; {instead}")
        return link

    def sign(self, signer: Signer) -> str:
        return signer.sign(f"{self.subscriber_id}.{(self.at - EPOCH) // timedelta(microseconds=1)}")

    def is_of(self, moment: datetime | None) -> bool:
        """Whether the link is about the event at this time."""
        return moment == self.at
