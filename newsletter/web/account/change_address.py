"""Change of address: requested on the preference page, confirmed by a link mailed to the new one.

The answer never reveals whether the new address is on the list (no user enumeration).
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
from newsletter.web.account.preferences import page, subscriber_id_of
from newsletter.web.account.signup import accepted_address, origin_of, pad_response_time
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of

LINK_SOURCE = "link in the mail to the new address"


async def request_change(request: Request) -> Response:
    """Request a change of address, or cancel the one requested."""
    site, subscriber_id = site_of(request), subscriber_id_of(request)
    async with request.form(max_files=0, max_fields=10) as form:
        entered, is_over = str(form.get("address", ""))[:300], bool(form.get("keep"))
    if is_over:
        return await run_in_threadpool(_cancel, site, subscriber_id)
    try:
        address = accepted_address(site, entered)
    except InvalidInput as error:
        return await run_in_threadpool(page, site, subscriber_id, problem=str(error))
    begun = monotonic()
    answer = await run_in_threadpool(_request_change, site, subscriber_id, address)
    await pad_response_time(begun)
    return answer


async def confirm_change(request: Request) -> Response:
    """GET shows the page with its button; POST makes the change."""
    site = site_of(request)
    link = _read_link(site, request.path_params["token"])
    if request.method != "POST":
        await run_in_threadpool(_check_link, site, link)
        return site.views.page("move.html", headers=TOKEN_HEADERS)
    subscriber_id = await run_in_threadpool(_change_address, site, link, address_of(request))
    return await run_in_threadpool(
        page, site, subscriber_id, said="Done. From now on mails come to this address."
    )


def _request_change(site: SiteState, subscriber_id: int, address: str) -> Response:
    account.ask_to_move(site.services, actors.subscriber(subscriber_id), address)
    said = f"We have written to {address}. Open the link in that mail to be mailed there."
    return page(site, subscriber_id, said=said)


def _cancel(site: SiteState, subscriber_id: int) -> Response:
    account.keep_address(site.services, actors.subscriber(subscriber_id))
    return page(site, subscriber_id, said="Your address stays as it is.")


def _read_link(site: SiteState, token: str) -> ExpiringLink:
    signer, now = site.services.signer(change_address.PURPOSE), site.services.clock.now()
    return change_address.read_address_link(signer, token, site.config.joining.expires, now)


def _check_link(site: SiteState, link: ExpiringLink) -> None:
    """
    Raises:
        TokenError: the change is made, cancelled, or replaced by a later request.
    """
    with site.services.database.read() as session:
        change_address.requesting_subscriber(session, link)


def _change_address(site: SiteState, link: ExpiringLink, network: str) -> int:
    actor, origin = actors.subscriber(link.subscriber_id), origin_of(site, LINK_SOURCE, network)
    return account.move(site.services, actor, link, origin=origin)


ROUTES = [
    Route("/preferences/{token}/address", request_change, methods=["POST"]),
    Route("/move/{token}", confirm_change, methods=["GET", "POST"]),
]
