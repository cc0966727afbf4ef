"""The public archive: sent editions as a list, and each as a page of its own.

A page is the mail without personal values; it is also the view-online page of the mail's link.
"""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.articles import store as articles
from newsletter.editions import store
from newsletter.errors import ResourceNotFound
from newsletter.http.middleware.headers import MAIL_POLICY, TOKEN_HEADERS
from newsletter.http.path_params import MAX_ID, page_in
from newsletter.web.state import site_of

PAGE_SIZE = 20


def routes(*, has_archive: bool) -> list[BaseRoute]:
    """The addresses of editions; the list of them only where the archive is public."""
    page = Route("/editions/{edition_id:int}", edition)
    return [page, Route("/editions", archive)] if has_archive else [page]


def archive(request: Request) -> Response:
    """The editions that went to everybody, newest first.

    Raises:
        ResourceNotFound: the page lies past the last.
    """
    site, number = site_of(request), page_in(request)
    with site.services.database.read() as session:
        editions = store.public(session, limit=PAGE_SIZE + 1, offset=(number - 1) * PAGE_SIZE)
        if number > 1 and not editions:
            raise ResourceNotFound(f"there is no page {number}")
        context = {
            "editions": editions[:PAGE_SIZE],
            "newer": number - 1 if number > 1 else None,
            "older": number + 1 if len(editions) > PAGE_SIZE else None,
            "topics": articles.topics(session),
        }
        return site.views.page("editions.html", context)


def edition(request: Request) -> HTMLResponse:
    """The view-online page of an edition."""
    number: int = request.path_params["edition_id"]
    if number > MAX_ID:
        raise ResourceNotFound(f"there is no edition {number}")
    key = request.query_params.get("key", "")
    page = site_of(request).services.edition_page(number, key)
    headers = {"Content-Security-Policy": f"{MAIL_POLICY}; frame-ancestors 'none'"}
    # The key in the URL grants access.
    return HTMLResponse(page, headers=headers | (TOKEN_HEADERS if key else {}))
