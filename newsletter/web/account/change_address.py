"""Changing one's address: asked for on her page, confirmed at the new one.

Whether the new address is on the list is told to nobody but whoever opens the mail sent to it.
"""

from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.errors import InvalidInput
from newsletter.staff import actors
from newsletter.subscriptions import change_address
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.web.account.client_address import address_of
from newsletter.web.account.preferences import page, whose
from newsletter.web.account.signup import in_step, origin_of, welcome_address
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of

LINK_SOURCE = "link in the mail to the new address"


async def ask(request: Request) -> Response:
    """Have a new address asked, or forget the one asked for."""
    site, subscriber_id = site_of(request), whose(request)
    async with request.form(max_files=0, max_fields=10) as form:
        entered, is_over = str(form.get("address", ""))[:300], bool(form.get("keep"))
    if is_over:
        return await run_in_threadpool(_keep, site, subscriber_id)
    try:
        address = welcome_address(site, entered)
    except InvalidInput as error:
        return await run_in_threadpool(page, site, subscriber_id, problem=str(error))
    begun = monotonic()
    answer = await run_in_threadpool(_ask, site, subscriber_id, address)
    await in_step(begun)
    return answer


async def move(request: Request) -> Response:
    """The page with its button, or the change itself."""
    site = site_of(request)
    link = _read(site, request.path_params["token"])
    if request.method != "POST":
        await run_in_threadpool(_look, site, link)
        return site.views.page("move.html", headers=TOKEN_HEADERS)
    subscriber_id = await run_in_threadpool(_move, site, link, address_of(request))
    return await run_in_threadpool(
        page, site, subscriber_id, said="Done. From now on mails come to this address."
    )


def _ask(site: SiteState, subscriber_id: int, address: str) -> Response:
    account.ask_to_move(site.services, actors.subscriber(subscriber_id), address)
    said = f"We have written to {address}. Open the link in that mail to be mailed there."
    return page(site, subscriber_id, said=said)


def _keep(site: SiteState, subscriber_id: int) -> Response:
    account.keep_address(site.services, actors.subscriber(subscriber_id))
    return page(site, subscriber_id, said="Your address stays as it is.")


def _read(site: SiteState, token: str) -> ExpiringLink:
    signer, now = site.services.signer(change_address.PURPOSE), site.services.clock.now()
    return change_address.read_address_link(signer, token, site.config.joining.expires, now)


def _look(site: SiteState, link: ExpiringLink) -> None:
    """
    Raises:
        TokenError: the change is made, given up, or was asked for again.
    """
    with site.services.database.read() as session:
        change_address.requesting_subscriber(session, link)


def _move(site: SiteState, link: ExpiringLink, network: str) -> int:
    actor, origin = actors.subscriber(link.subscriber_id), origin_of(site, LINK_SOURCE, network)
    return account.move(site.services, actor, link, origin=origin)


ROUTES = [
    Route("/preferences/{token}/address", ask, methods=["POST"]),
    Route("/move/{token}", move, methods=["GET", "POST"]),
]
