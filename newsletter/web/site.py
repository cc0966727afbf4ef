"""The public site: its addresses, and the order in which a request passes through.

Each group of pages stands in a module of its own; what they need they find in `SiteState`.
"""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from newsletter.rendering.templates import web_folders
from newsletter.web import (
    choosing,
    confirming,
    editions,
    errors,
    feeds,
    following,
    joining,
    joining_json,
    leaving,
    machines,
    mails,
    moving,
    pages,
    returning,
    rights,
    theming,
)
from newsletter.web.delivery import PageDelivery
from newsletter.web.host import RightHost
from newsletter.web.limits import MostAtOnce, WholeBody
from newsletter.web.ready import AnswerReady
from newsletter.web.security import SecurityHeaders
from newsletter.web.services import SiteServices
from newsletter.web.state import SiteState

DEMO_IMAGES = Path(__file__).resolve().parent.parent / "demo" / "images"


def create_site(services: SiteServices) -> ASGIApp:
    """The site as an ASGI application."""
    state = SiteState(services)
    site = Starlette(
        routes=_routes(services),
        middleware=[
            Middleware(WholeBody),
            Middleware(MostAtOnce, most=services.config.web.most_at_once),
            Middleware(PageDelivery),
            Middleware(SecurityHeaders),
        ],
        exception_handlers=errors.HANDLERS,
    )
    # Its redirects would name whatever host the request named.
    site.router.redirect_slashes = False
    site.state.site = state
    config = services.config
    return RightHost(AnswerReady(site, state.ready), config.site.base_url, config.web.wrong_host)


def _routes(services: SiteServices) -> list[BaseRoute]:
    web = services.config.web
    return [
        *pages.ROUTES,
        *feeds.ROUTES,
        *following.ROUTES,
        *machines.ROUTES,
        *theming.ROUTES,
        *editions.routes(has_archive=web.archive),
        *joining.ROUTES,
        *joining_json.ROUTES,
        *confirming.ROUTES,
        *choosing.ROUTES,
        *moving.ROUTES,
        *rights.ROUTES,
        *leaving.ROUTES,
        *returning.ROUTES,
        *(mails.ROUTES if web.caught_mails else []),
        *([Mount("/demo-images", StaticFiles(directory=DEMO_IMAGES))] if web.caught_mails else []),
        Mount("/static", _Static(services.config.templates.folder)),
        Route("/healthz", _healthz),
    ]


async def _healthz(_request: object) -> PlainTextResponse:
    return PlainTextResponse("ok")


class _Static(StaticFiles):
    """Static files: the operator's own first, then the shipped ones."""

    def __init__(self, own_folder: str) -> None:
        folders = [folder / "static" for folder in web_folders(own_folder)]
        super().__init__(directory=folders[-1])
        self.all_directories = [*folders]
