"""ASGI application that can be replaced while it serves; running requests end on the old one."""

from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.web.routes import create_site
from newsletter.web.services import SiteServices


class LiveSite:
    """The ASGI application of the newest services."""

    def __init__(self, services: SiteServices) -> None:
        self._site: ASGIApp = create_site(services)

    def replace(self, services: SiteServices) -> None:
        """Serve new requests with these services; thread-safe."""
        self._site = create_site(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._site(scope, receive, send)
