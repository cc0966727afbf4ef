"""Resubscription: the page behind the link of the goodbye mail.

Opening it changes nothing, since scanners follow links: the button on it does.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.http.client_address import address_of
from newsletter.http.middleware.headers import TOKEN_HEADERS
from newsletter.staff import actors
from newsletter.subscriptions import resubscribe
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.web.account.signup import has_shown_wording, origin_of, wording_context
from newsletter.web.state import SiteState, site_of

SOURCE = "link in the mail that says goodbye"


async def resubscribe_page(request: Request) -> Response:
    """Show the page with its button, or undo the unsubscribe."""
    site = site_of(request)
    link = _read_link(site, request.path_params["token"])
    if request.method != "POST":
        await run_in_threadpool(_check_link, site, link)
        return site.views.page("return.html", wording_context(site), headers=TOKEN_HEADERS)
    has_seen, network = await has_shown_wording(request), address_of(request)
    origin = origin_of(site, SOURCE, network, with_words=has_seen)
    actor = actors.subscriber(link.subscriber_id)
    await run_in_threadpool(account.resubscribe, site.services, actor, link, origin=origin)
    # No link to the preferences: the page of leaving shows this one too, to whoever opens an old
    # unsubscribe link.
    return site.views.page("confirmed.html", {"preferences": ""}, headers=TOKEN_HEADERS)


def _check_link(site: SiteState, link: ExpiringLink) -> None:
    with site.services.database.read() as session:
        resubscribe.returning_subscriber(session, link)


def _read_link(site: SiteState, token: str) -> ExpiringLink:
    now, signer = site.services.clock.now(), site.services.signer(resubscribe.PURPOSE)
    return resubscribe.read_resubscribe_link(signer, token, site.config.joining.expires, now)


ROUTES = [Route("/return/{token}", resubscribe_page, methods=["GET", "POST"])]
