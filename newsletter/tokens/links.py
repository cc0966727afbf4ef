"""The tokens of the links in every mail to a subscriber.

Both say to which address they were sent and when. The link to the preferences ends when the
address changes. The unsubscribe link never ends: the rest only decides whether its page may lead on
to the preferences.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.errors import TokenError, TokenSpent
from newsletter.tokens.signing import PREFERENCES, UNSUBSCRIBE, Signer

NO_EDITION = 0
# The subscriber number in the links of a test mail, which change nothing.
NOBODY = 0
# 48 bits of a keyed hash: the token is signed, so the mark only has to tell two addresses of one
# subscriber apart.
MARK_CHARACTERS = 12
# What every database can look up as a number.
MAX_NUMBER = 2**63 - 1
# 9999-12-31, the last second that a datetime holds.
MAX_SECOND = 253402300799
# Of test mails, whose links open nothing.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MailedLink:
    """What the token of a link in a mail says."""

    subscriber_id: int
    issued_at: datetime
    """In whole seconds."""
    address_mark: str
    token: str

    def is_for(self, address_hash: str) -> bool:
        """Whether it was sent to this address."""
        return self.address_mark == mark_of(address_hash)


@dataclass(frozen=True, kw_only=True)
class PreferencesLink(MailedLink):
    """Opens the preferences."""


@dataclass(frozen=True, kw_only=True)
class UnsubscribeLink(MailedLink):
    """Ends the subscription."""

    edition_id: int
    """That it came with; `NO_EDITION` for none."""


class LinkSigners:
    """Signs and reads for one site."""

    def __init__(self, secret: str) -> None:
        self._unsubscribe = Signer(secret, UNSUBSCRIBE)
        self._preferences = Signer(secret, PREFERENCES)

    def unsubscribe_token(
        self, subscriber_id: int, edition_id: int, address_hash: str, issued_at: datetime
    ) -> str:
        """Token of their unsubscribe link in an edition, or in `NO_EDITION`."""
        payload = _payload(subscriber_id, address_hash, issued_at)
        return self._unsubscribe.sign(f"{payload}.{edition_id}")

    def preferences_token(self, subscriber_id: int, address_hash: str, issued_at: datetime) -> str:
        """Token of the link to their preferences, for the address that it is sent to."""
        return self._preferences.sign(_payload(subscriber_id, address_hash, issued_at))

    def preferences_link(self, link: MailedLink) -> PreferencesLink:
        """The link to the preferences that the same mail brought."""
        seconds = int(link.issued_at.timestamp())
        token = self._preferences.sign(f"{link.subscriber_id}.{seconds}.{link.address_mark}")
        return PreferencesLink(
            subscriber_id=link.subscriber_id,
            issued_at=link.issued_at,
            address_mark=link.address_mark,
            token=token,
        )

    def read_unsubscribe(self, token: str) -> UnsubscribeLink:
        """
        Raises:
            TokenError: not a token of this site and purpose.
        """
        payload, _, edition = self._unsubscribe.read(token).rpartition(".")
        number, issued_at, mark = _read(payload)
        return UnsubscribeLink(
            subscriber_id=number,
            issued_at=issued_at,
            address_mark=mark,
            token=token,
            edition_id=_number(edition, MAX_NUMBER),
        )

    def read_preferences(self, token: str) -> PreferencesLink:
        """
        Raises:
            TokenError: not a token of this site and purpose, or of a test mail.
        """
        number, issued_at, mark = _read(self._preferences.read(token))
        if number == NOBODY:
            raise TokenSpent("this link came with a test mail and belongs to nobody")
        return PreferencesLink(
            subscriber_id=number, issued_at=issued_at, address_mark=mark, token=token
        )


def mark_of(address_hash: str) -> str:
    """What a link says of the address that it is sent to."""
    return address_hash[:MARK_CHARACTERS]


def _payload(subscriber_id: int, address_hash: str, issued_at: datetime) -> str:
    return f"{subscriber_id}.{int(issued_at.timestamp())}.{mark_of(address_hash)}"


def _read(payload: str) -> tuple[int, datetime, str]:
    number, _, rest = payload.partition(".")
    seconds, _, mark = rest.partition(".")
    issued_at = datetime.fromtimestamp(_number(seconds, MAX_SECOND), UTC)
    return _number(number, MAX_NUMBER), issued_at, mark


def _number(text: str, largest: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > largest:
        raise TokenError("this link is damaged")
    return int(text)
