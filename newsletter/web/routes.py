"""The ASGI application of the public site: routes and middleware, in order."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from newsletter.http.middleware.body_limits import BodyBuffer, ConcurrencyLimit
from newsletter.http.middleware.compression import Compression
from newsletter.http.middleware.headers import HEADERS, DefaultHeaders
from newsletter.http.middleware.host import CanonicalHost
from newsletter.rendering.templates import web_folders
from newsletter.web import errors, webhooks
from newsletter.web.account import (
    change_address,
    confirm,
    preferences,
    privacy,
    resubscribe,
    signup_json,
    signup_page,
    unsubscribe,
)
from newsletter.web.api import articles as api_articles
from newsletter.web.api import editions as api_editions
from newsletter.web.api import keys as api_keys
from newsletter.web.caught import pages as caught_pages
from newsletter.web.feeds import routes
from newsletter.web.feeds.responses import CachedFeeds
from newsletter.web.services import SiteServices
from newsletter.web.site import archive, feed_pages, media, pages, sitemap, theme
from newsletter.web.state import SiteState

LARGER_BODIES = {
    webhooks.PREFIX: webhooks.MAX_BODY_BYTES,
    api_keys.PREFIX: api_keys.MAX_BODY_BYTES,
}
DEMO_IMAGES = Path(__file__).resolve().parent.parent / "demo" / "images"


def create_site(services: SiteServices) -> ASGIApp:
    """The site as an ASGI application."""
    state = SiteState(services)
    site = Starlette(
        routes=site_routes(services),
        middleware=[
            Middleware(BodyBuffer, larger=LARGER_BODIES),
            Middleware(ConcurrencyLimit, most=services.config.web.max_concurrent),
            Middleware(Compression),
            Middleware(DefaultHeaders, headers=HEADERS),
        ],
        exception_handlers=errors.HANDLERS,
    )
    # Starlette's redirects use the Host header.
    site.router.redirect_slashes = False
    site.state.site = state
    config = services.config
    return CanonicalHost(
        CachedFeeds(site, state.feeds), config.site.base_url, config.web.wrong_host
    )


def site_routes(services: SiteServices) -> list[BaseRoute]:
    """Every route of the site, in the order in which they are tried."""
    web = services.config.web
    return [
        *pages.ROUTES,
        *routes.ROUTES,
        *feed_pages.ROUTES,
        *media.ROUTES,
        *sitemap.routes(),
        *theme.ROUTES,
        *archive.routes(has_archive=web.archive),
        *signup_page.ROUTES,
        *signup_json.ROUTES,
        *confirm.ROUTES,
        *preferences.ROUTES,
        *change_address.ROUTES,
        *privacy.ROUTES,
        *unsubscribe.ROUTES,
        *resubscribe.ROUTES,
        *webhooks.ROUTES,
        *api_articles.ROUTES,
        *api_editions.ROUTES,
        *(caught_pages.ROUTES if web.caught_mails else []),
        *([Mount("/demo-images", StaticFiles(directory=DEMO_IMAGES))] if web.caught_mails else []),
        Mount("/static", _Static(services.config.templates.folder)),
        Route("/healthz", _healthz),
    ]


async def _healthz(_request: object) -> PlainTextResponse:
    return PlainTextResponse("ok")


class _Static(StaticFiles):
    """Static files: the operator's folder first, then the shipped one."""

    def __init__(self, own_folder: str) -> None:
        folders = [folder / "static" for folder in web_folders(own_folder)]
        super().__init__(directory=folders[-1])
        self.all_directories = [*folders]
