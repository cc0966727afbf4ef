"""Confirming: the page behind the link of a mail that asked.

Opening the link confirms nobody, since scanners follow links: the button on its page does.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.http.client_address import address_of
from newsletter.http.middleware.headers import TOKEN_HEADERS
from newsletter.staff import actors
from newsletter.subscriptions import confirm as subscriptions_confirm
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.web.account.preferences import link_for, preferences_address
from newsletter.web.account.signup import has_shown_wording, origin_of, wording_context
from newsletter.web.state import SiteState, site_of

SOURCE = "confirmation link"


async def confirm(request: Request) -> Response:
    """The page with its button, or the confirming itself."""
    site = site_of(request)
    token = request.path_params["token"]
    if request.method != "POST":
        await run_in_threadpool(_asked, site, token)
        return site.views.page("confirm.html", wording_context(site), headers=TOKEN_HEADERS)
    has_seen, network = await has_shown_wording(request), address_of(request)
    origin = origin_of(site, SOURCE, network, with_words=has_seen)
    link = await run_in_threadpool(_asked, site, token)
    actor = actors.subscriber(link.subscriber_id)
    await run_in_threadpool(account.confirm, site.services, actor, link, origin=origin)
    # As old as the mail that led here.
    own = await run_in_threadpool(link_for, site, link.subscriber_id, link.at)
    address = preferences_address(site, own)
    return site.views.page("confirmed.html", {"preferences": address}, headers=TOKEN_HEADERS)


def _asked(site: SiteState, token: str) -> ExpiringLink:
    """Whom a link asks, and since when.

    Raises:
        TokenError: not ours, too old, or for somebody who has been forgotten.
    """
    now, options = site.services.clock.now(), site.config.joining
    signer = site.services.signer(subscriptions_confirm.PURPOSE)
    link = subscriptions_confirm.read_link(signer, token, options.expires, now)
    with site.services.database.read() as session:
        subscriptions_confirm.pending_subscriber(session, link)
    return link


ROUTES = [Route("/confirm/{token}", confirm, methods=["GET", "POST"])]
