"""Leaving: the page behind every mail's unsubscribe link, and the one-click POST (RFC 8058).

GET only shows the page, since scanners follow links. POST leaves, with nothing but the token: no
cookie, no sign-in, no redirect.
"""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.errors import ResourceNotFound, TokenError
from newsletter.web.addresses import LARGEST_ID
from newsletter.web.choosing import preferences_address
from newsletter.web.security import TOKEN_HEADERS
from newsletter.web.services import SiteServices
from newsletter.web.state import SiteState, site_of


async def unsubscribe(request: Request) -> Response:
    """The page with its button, or the leaving itself."""
    site = site_of(request)
    subscriber_id, edition_id = read_token(site, request.path_params["token"])
    if request.method != "POST":
        # The link of a test mail belongs to nobody.
        address = preferences_address(site, subscriber_id) if subscriber_id else ""
        return site.views.page("unsubscribe.html", {"preferences": address}, headers=TOKEN_HEADERS)
    is_from_page = await _is_from_page(request)
    await run_in_threadpool(_leave, site.services, subscriber_id, edition_id)
    if is_from_page:
        return site.views.page("goodbye.html", headers=TOKEN_HEADERS)
    return PlainTextResponse("You have been unsubscribed.\n", headers=TOKEN_HEADERS)


def read_token(site: SiteState, token: str) -> tuple[int, int]:
    """The subscriber and the edition that an unsubscribe address names.

    Raises:
        TokenError: not a token of this site and purpose.
    """
    subscriber, _, edition = site.leaving_signer().read(token).partition(".")
    if not (subscriber.isascii() and subscriber.isdigit()):
        raise TokenError("this link is damaged")
    if not (edition.isascii() and edition.isdigit()):
        raise TokenError("this link is damaged")
    if max(int(subscriber), int(edition)) > LARGEST_ID:
        raise TokenError("this link is damaged")
    return int(subscriber), int(edition)


async def _is_from_page(request: Request) -> bool:
    """Whether our page's button was pressed; any other POST to this address is one-click.

    A body that cannot be read keeps nobody on the list.
    """
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            return form.get("from") == "page"
    except HTTPException as error:
        if error.status_code == 413:
            raise
        return False


def _leave(services: SiteServices, subscriber_id: int, edition_id: int) -> None:
    try:
        services.unsubscribe(subscriber_id, edition_id)
    except ResourceNotFound:
        # Erased already: there is nothing left to leave, and she should not be told of an error.
        return


ROUTES = [Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"])]
