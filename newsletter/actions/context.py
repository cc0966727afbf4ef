"""What actions need of the program; `newsletter.app.Newsletter` has all of it.

Those that render or send ask for more, in their own modules: `digests.ComposingContext`,
`editions.SendingContext`.
"""

from typing import Protocol

from newsletter.clock import Clock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.tokens.signing import Signer


class Context(Protocol):
    """What every action is given."""

    @property
    def config(self) -> Config: ...

    @property
    def database(self) -> Database: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def secret(self) -> str:
        """The site's secret, by which addresses are hashed.

        Raises:
            ConfigurationError: there is none.
        """

    def signer(self, purpose: str) -> Signer:
        """What signs and reads tokens of one purpose."""
