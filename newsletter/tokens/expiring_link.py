"""Links that name a person and a moment, and are good for a time from then on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.errors import TokenSpent
from newsletter.tokens.signing import Signer


@dataclass(frozen=True, kw_only=True)
class ExpiringLink:
    """Whom a link is for, and the moment that it is about: whole seconds."""

    subscriber_id: int
    at: datetime

    @classmethod
    def read(
        cls, signer: Signer, token: str, *, good_for: timedelta, now: datetime, instead: str
    ) -> "ExpiringLink":
        """What a token says.

        Args:
            instead: what she can do where the link is too old, for the message.

        Raises:
            TokenError: not ours, or too old.
        """
        subscriber_id, _, at = signer.read(token).partition(".")
        link = cls(subscriber_id=int(subscriber_id), at=datetime.fromtimestamp(int(at), UTC))
        if now - link.at > good_for:
            raise TokenSpent(f"this link is too old; {instead}")
        return link

    def sign(self, signer: Signer) -> str:
        return signer.sign(f"{self.subscriber_id}.{int(self.at.timestamp())}")

    def is_of(self, moment: datetime | None) -> bool:
        """Whether it is about this moment and no other."""
        return moment is not None and int(moment.timestamp()) == int(self.at.timestamp())
