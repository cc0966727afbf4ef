"""The site's interface to the program, supplied by the composition root."""

from typing import Protocol

from newsletter.actions.context import Context
from newsletter.transports.base import Transport


class SiteServices(Context, Protocol):
    """What actions need, and the view-online pages of editions."""

    def transport(self, name: str) -> Transport:
        """The configured transport of this name.

        Raises:
            SendingRefused: there is no such transport.
            ConfigurationError: its table is wrong.
        """

    def edition_page(self, edition_id: int, key: str) -> str:
        """The complete HTML of an edition, nothing personal in it.

        Args:
            key: of the link in its mails; empty for one that everybody may read.

        Raises:
            ResourceNotFound: no such edition, not yet sent, or the key is wrong.
        """
