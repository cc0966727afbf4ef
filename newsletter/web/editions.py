"""An edition as a web page, for those whose mail program does not show it well."""

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from newsletter.web.security import MAIL_POLICY
from newsletter.web.state import site_of


def edition(request: Request) -> HTMLResponse:
    """The edition as everybody got it, without anything personal."""
    page = site_of(request).services.edition_page(request.path_params["edition_id"])
    policy = f"{MAIL_POLICY}; frame-ancestors 'none'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


ROUTES = [Route("/editions/{edition_id:int}", edition)]
