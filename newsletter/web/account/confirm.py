"""Double opt-in: the page behind the confirmation link.

GET confirms nothing, since mail scanners follow links; its button's POST does.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.staff import actors
from newsletter.subscriptions import confirm as subscriptions_confirm
from newsletter.web.account.client_address import address_of
from newsletter.web.account.preferences import preferences_address
from newsletter.web.account.signup import has_shown_wording, origin_of, wording_context
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of

SOURCE = "confirmation link"


async def confirm(request: Request) -> Response:
    """GET shows the page with its button; POST confirms."""
    site = site_of(request)
    token = request.path_params["token"]
    if request.method != "POST":
        await run_in_threadpool(_subscriber_of_link, site, token)
        return site.views.page("confirm.html", wording_context(site), headers=TOKEN_HEADERS)
    has_seen, network = await has_shown_wording(request), address_of(request)
    origin = origin_of(site, SOURCE, network, with_words=has_seen)
    actor = actors.subscriber(await run_in_threadpool(_subscriber_of_link, site, token))
    await run_in_threadpool(account.confirm, site.services, actor, origin=origin)
    address = preferences_address(site, actor.subscriber_id)
    return site.views.page("confirmed.html", {"preferences": address}, headers=TOKEN_HEADERS)


def _subscriber_of_link(site: SiteState, token: str) -> int:
    """The subscriber that a link names.

    Raises:
        TokenError: forged, expired, or of a subscriber purged since.
    """
    now, options = site.services.clock.now(), site.config.joining
    signer = site.services.signer(subscriptions_confirm.PURPOSE)
    link = subscriptions_confirm.read_link(signer, token, options.expires, now)
    with site.services.database.read() as session:
        subscriptions_confirm.pending_subscriber(session, link.subscriber_id)
    return link.subscriber_id


ROUTES = [Route("/confirm/{token}", confirm, methods=["GET", "POST"])]
