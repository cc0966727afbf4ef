"""An edition as a web page, for those whose mail program does not show it well."""

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from newsletter.errors import ResourceNotFound
from newsletter.web.addresses import LARGEST_ID
from newsletter.web.security import MAIL_POLICY
from newsletter.web.state import site_of


def edition(request: Request) -> HTMLResponse:
    """The edition as everybody got it, without anything personal."""
    number: int = request.path_params["edition_id"]
    if number > LARGEST_ID:
        raise ResourceNotFound(f"there is no edition {number}")
    page = site_of(request).services.edition_page(number)
    policy = f"{MAIL_POLICY}; frame-ancestors 'none'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


ROUTES = [Route("/editions/{edition_id:int}", edition)]
