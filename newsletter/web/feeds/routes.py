"""Routes of the feeds: selection by URL, canonical redirects, a page for browsers.

Feed readers get the document whatever they accept; a navigating browser (Fetch Metadata,
`Sec-Fetch-Mode: navigate`) gets a page about the feed.
"""

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from newsletter.errors import ResourceNotFound
from newsletter.feeds import store
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.private import PURPOSE, scope_of
from newsletter.feeds.scopes import Scope, Selection, select
from newsletter.http.path_params import slug_in
from newsletter.web.feeds.responses import VARY, FeedResponse
from newsletter.web.site.feed_pages import feed_page
from newsletter.web.state import SiteState, site_of

RAW = "raw"


async def feed(request: Request) -> Response:
    """A feed of everything, of topics, of an author, or private."""
    return await run_sync(_feed, request, limiter=site_of(request).feed_threads)


def _feed(request: Request) -> Response:
    site = site_of(request)
    selection = _selection(request, site)
    if canonical := _canonical_url(request, site, selection):
        return RedirectResponse(canonical, status_code=301)
    if _is_navigation(request):
        return _page(site, selection)
    return FeedResponse(site.feeds.get(site.services.database, selection).served)


def _selection(request: Request, site: SiteState) -> Selection:
    kind = _kind(request.path_params["kind"])
    params, options = request.path_params, site.config.feeds
    if "token" in params:
        with site.services.database.read() as session:
            scope = scope_of(session, site.services.signer(PURPOSE), params["token"])
        return select(kind, scope, request.query_params, options, token=params["token"])
    if "author" in params:
        scope = Scope(author=slug_in(request, "author"))
    else:
        scope = Scope.of_topics(slug_in(request)) if "slug" in params else Scope()
    return select(kind, scope, request.query_params, options)


def _kind(ending: str) -> FeedKind:
    if ending not in list(FeedKind):
        raise ResourceNotFound(f"there is no feed in the format {ending!r}")
    return FeedKind(ending)


def _canonical_url(request: Request, site: SiteState, selection: Selection) -> str:
    """The canonical URL of the feed, if requested at another; else empty."""
    query = request.scope["query_string"].decode("latin-1")
    if RAW in request.query_params:
        return ""
    asked = f"{request.scope['path']}?{query}" if query else request.scope["path"]
    right = f"/{selection.path}"
    return "" if asked == right else site.config.site.base_url + right


def _is_navigation(request: Request) -> bool:
    return request.headers.get("sec-fetch-mode") == "navigate" and RAW not in request.query_params


def _page(site: SiteState, selection: Selection) -> Response:
    with site.services.database.read() as session:
        name = store.scope_name(session, selection.scope)
        response = feed_page(site, session, selection, name)
    response.headers.update({"Vary": VARY, "Cache-Control": "no-store"})
    return response


ROUTES = [
    Route("/feed.{kind}", feed),
    Route("/topics/{slug}/feed.{kind}", feed),
    Route("/authors/{author}/feed.{kind}", feed),
    Route("/private/{token}/feed.{kind}", feed),
]
