"""The console as an ASGI application: all screens, and the middleware around them."""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from newsletter.console.frame.elsewhere import elsewhere
from newsletter.console.frame.headers import OWN
from newsletter.console.frame.pipeline import endpoint
from newsletter.console.frame.presentation.navigation import Navigation
from newsletter.console.frame.presentation.static_files import static_route
from newsletter.console.frame.routes import Access, ConsoleRoute, page
from newsletter.console.frame.screens import screens
from newsletter.console.frame.services import ConsoleServices
from newsletter.console.frame.state import PREFIX, ConsoleState
from newsletter.http.middleware.compression import Compression
from newsletter.http.middleware.headers import DefaultHeaders
from newsletter.http.middleware.host import CanonicalHost
from newsletter.staff.permissions import Permission


def create_console(services: ConsoleServices) -> ASGIApp:
    """The console at /console."""
    screen_routes = screens()
    routes = [*screen_routes, page("/{rest:path}", Access.SIGNED_IN, elsewhere(screen_routes))]
    state = ConsoleState(services, Navigation(_rules(routes)))
    console = Starlette(
        routes=[
            static_route(PREFIX),
            *(_starlette_route(state, route) for route in routes),
        ],
        middleware=[Middleware(DefaultHeaders, headers=OWN), Middleware(Compression)],
    )
    console.router.redirect_slashes = False
    return CanonicalHost(console, services.config.site.base_url, services.config.web.wrong_host)


def _starlette_route(state: ConsoleState, route: ConsoleRoute) -> BaseRoute:
    path = PREFIX if route.path == "/" else f"{PREFIX}{route.path}"
    return Route(path, endpoint(state, route), methods=[route.method])


def _rules(routes: Iterable[ConsoleRoute]) -> dict[str, Permission | None]:
    """The pages by path, with the permission to open them."""
    return {
        route.path: route.rule if isinstance(route.rule, Permission) else None
        for route in routes
        if route.method == "GET"
    }
