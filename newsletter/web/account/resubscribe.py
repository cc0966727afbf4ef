"""Coming back: the page behind the link of the mail that says goodbye.

Opening it changes nothing, since scanners follow links: the button on it does.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.staff import actors
from newsletter.subscriptions import resubscribe
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.web.account.client_address import address_of
from newsletter.web.account.preferences import preferences_address
from newsletter.web.account.signup import has_seen_words, origin_of, shown_words
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of

SOURCE = "link in the mail that says goodbye"


async def come_back(request: Request) -> Response:
    """The page with its button, or the coming back itself."""
    site = site_of(request)
    link = _read(site, request.path_params["token"])
    if request.method != "POST":
        await run_in_threadpool(_look, site, link)
        return site.views.page("return.html", shown_words(site), headers=TOKEN_HEADERS)
    has_seen, network = await has_seen_words(request), address_of(request)
    origin = origin_of(site, SOURCE, network, with_words=has_seen)
    actor = actors.subscriber(link.subscriber_id)
    await run_in_threadpool(account.resubscribe, site.services, actor, link, origin=origin)
    address = preferences_address(site, link.subscriber_id)
    return site.views.page("confirmed.html", {"preferences": address}, headers=TOKEN_HEADERS)


def _look(site: SiteState, link: ExpiringLink) -> None:
    with site.services.database.read() as session:
        resubscribe.returning_subscriber(session, link)


def _read(site: SiteState, token: str) -> ExpiringLink:
    now, signer = site.services.clock.now(), site.services.signer(resubscribe.PURPOSE)
    return resubscribe.read_resubscribe_link(signer, token, site.config.joining.expires, now)


ROUTES = [Route("/return/{token}", come_back, methods=["GET", "POST"])]
