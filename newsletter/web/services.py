"""What the site needs of the rest of the program; the composition root supplies it."""

from typing import Protocol

from newsletter.clock import Clock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.tokens.signing import Signer


class SiteServices(Protocol):
    """The program, as the pages see it."""

    @property
    def config(self) -> Config: ...

    @property
    def database(self) -> Database: ...

    @property
    def clock(self) -> Clock: ...

    def signer(self, purpose: str) -> Signer:
        """What signs and reads tokens of one purpose."""

    def unsubscribe(self, subscriber_id: int, edition_id: int) -> bool:
        """Take a person off the list she had this edition from; False where she had left before.

        Raises:
            ResourceNotFound: there is no such person any more.
        """

    def edition_page(self, edition_id: int, key: str) -> str:
        """The complete HTML of an edition, nothing personal in it.

        Args:
            key: of the link in its mails; empty for one that everybody may read.

        Raises:
            ResourceNotFound: no such edition, not yet sent, or the key is wrong.
        """
