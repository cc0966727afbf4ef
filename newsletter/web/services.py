"""What the site needs of the rest of the program; the composition root supplies it."""

from typing import Protocol

from newsletter.actions.context import Context


class SiteServices(Context, Protocol):
    """The program, as the pages see it: what actions need, and the pages of editions."""

    def edition_page(self, edition_id: int, key: str) -> str:
        """The complete HTML of an edition, nothing personal in it.

        Args:
            key: of the link in its mails; empty for one that everybody may read.

        Raises:
            ResourceNotFound: no such edition, not yet sent, or the key is wrong.
        """
