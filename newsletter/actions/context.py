"""The interface that actions need; `newsletter.app.Newsletter` implements it.

Actions that render or send extend it in their own modules: `digests.ComposingContext`,
`editions.SendingContext`.
"""

from typing import Protocol

from newsletter.clock import Clock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.tokens.signing import Signer


class Context(Protocol):
    """The context of every action."""

    @property
    def config(self) -> Config: ...

    @property
    def database(self) -> Database: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def secret(self) -> str:
        """The site's secret key, which addresses are hashed with.

        Raises:
            ConfigurationError: there is none.
        """

    def signer(self, purpose: str) -> Signer:
        """The signer of tokens of one purpose."""
