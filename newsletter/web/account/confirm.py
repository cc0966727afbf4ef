"""Confirming: the page behind the link of a mail that asked.

Opening the link confirms nobody, since scanners follow links: the button on its page does.
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
from newsletter.web.account.signup import has_seen_words, origin_of, shown_words
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of

SOURCE = "confirmation link"


async def confirm(request: Request) -> Response:
    """The page with its button, or the confirming itself."""
    site = site_of(request)
    token = request.path_params["token"]
    if request.method != "POST":
        await run_in_threadpool(_asked, site, token)
        return site.views.page("confirm.html", shown_words(site), headers=TOKEN_HEADERS)
    has_seen, network = await has_seen_words(request), address_of(request)
    origin = origin_of(site, SOURCE, network, with_words=has_seen)
    actor = actors.subscriber(await run_in_threadpool(_asked, site, token))
    await run_in_threadpool(account.confirm, site.services, actor, origin=origin)
    address = preferences_address(site, actor.subscriber_id)
    return site.views.page("confirmed.html", {"preferences": address}, headers=TOKEN_HEADERS)


def _asked(site: SiteState, token: str) -> int:
    """Whom a link asks.

    Raises:
        TokenError: not ours, too old, or for somebody who has been forgotten.
    """
    now, options = site.services.clock.now(), site.config.joining
    signer = site.services.signer(subscriptions_confirm.PURPOSE)
    link = subscriptions_confirm.read_link(signer, token, options.expires, now)
    with site.services.database.read() as session:
        subscriptions_confirm.pending_subscriber(session, link.subscriber_id)
    return link.subscriber_id


ROUTES = [Route("/confirm/{token}", confirm, methods=["GET", "POST"])]
