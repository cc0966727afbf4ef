"""A site that is replaced as a whole while it serves: requests under way end on the one before."""

from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.web.routes import create_site
from newsletter.web.services import SiteServices


class LiveSite:
    """The ASGI application of the newest services."""

    def __init__(self, services: SiteServices) -> None:
        self._site: ASGIApp = create_site(services)

    def replace(self, services: SiteServices) -> None:
        """Serve with these from the next request on; from any thread."""
        self._site = create_site(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._site(scope, receive, send)
