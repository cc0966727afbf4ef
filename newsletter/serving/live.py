"""Site and console as one ASGI application that can be replaced while it serves.

Running requests end on the old one.
"""

from typing import Protocol

from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.console.app import create_console
from newsletter.console.frame.services import ConsoleServices
from newsletter.console.frame.state import PREFIX
from newsletter.web.routes import create_site
from newsletter.web.services import SiteServices

# For what has no threads of its own. More would only compete for the interpreter, which leaving and
# feeds need too, and for PostgreSQL's connections; whoever waits for one waits for less than that.
PAGE_THREADS = 4


class Services(SiteServices, ConsoleServices, Protocol):
    """What site and console need of the program."""


class LiveSite:
    """The ASGI application of the newest services."""

    def __init__(self, services: Services) -> None:
        self._faces = _faces(services)

    def replace(self, services: Services) -> None:
        """Serve new requests with these services; thread-safe."""
        self._faces = _faces(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        site, console = self._faces
        path: str = scope.get("path", "")
        is_for_console = path == PREFIX or path.startswith(f"{PREFIX}/")
        await (console if is_for_console else site)(scope, receive, send)


def _faces(services: Services) -> tuple[ASGIApp, ASGIApp]:
    return create_site(services), create_console(services)


async def _live(receive: Receive, send: Send) -> None:
    """What is to be done in the event loop before the first request."""
    await receive()
    current_default_thread_limiter().total_tokens = PAGE_THREADS
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
