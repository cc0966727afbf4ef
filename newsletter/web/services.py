"""What the site needs of the rest of the program; the composition root supplies it."""

from typing import Protocol

from newsletter.actions.context import Context


class SiteServices(Context, Protocol):
    """The program, as the pages see it: what actions need, and the pages of editions."""

    def edition_page(self, edition_id: int) -> str:
        """The complete HTML of an edition for everybody, nothing personal in it.

        Raises:
            ResourceNotFound: no such edition, or not yet sent.
        """
