"""Changing one's address: asked for in the preferences, confirmed at the new one, and
objected to at the old one.

Whether the new address is on the list is told to nobody but whoever opens the mail sent to it.
"""

from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.errors import InvalidInput
from newsletter.http.client_address import address_of
from newsletter.http.middleware.headers import TOKEN_HEADERS
from newsletter.staff import actors
from newsletter.subscriptions import address_links, preferences_link
from newsletter.subscriptions.preferences_link import StaleLink
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.links import PreferencesLink
from newsletter.web.account.preferences import link_for, link_in, page
from newsletter.web.account.signup import accepted_address, origin_of, pad_response_time
from newsletter.web.state import SiteState, site_of
from subscribers.mailboxes import mailbox_of

LINK_SOURCE = "link in the mail to the new address"
OBJECTION_SOURCE = "objection by the link in the mail to the old address"


async def ask(request: Request) -> Response:
    """Have a new address asked, or forget the one asked for."""
    site, link = site_of(request), link_in(request)
    async with request.form(max_files=0, max_fields=10) as form:
        entered, is_over = str(form.get("address", ""))[:300], bool(form.get("keep"))
    if is_over:
        return await run_in_threadpool(_keep, site, link)
    started_at = monotonic()
    try:
        address = accepted_address(site, entered)
        answer = await run_in_threadpool(_ask, site, link, address)
    except (InvalidInput, StaleLink) as error:
        return await run_in_threadpool(page, site, link, problem=str(error))
    await pad_response_time(started_at)
    return answer


async def move(request: Request) -> Response:
    """The page with its button, or the change itself."""
    site = site_of(request)
    link = _read_link(site, request.path_params["token"])
    if request.method != "POST":
        await run_in_threadpool(_check_link, site, link)
        return site.views.page("move.html", headers=TOKEN_HEADERS)
    own = await run_in_threadpool(_move, site, link, address_of(request))
    return await run_in_threadpool(
        page, site, own, said="Done. From now on mails come to this address."
    )


async def keep_address(request: Request) -> Response:
    """The page with its button, or the objection itself."""
    site, network = site_of(request), address_of(request)
    signer = site.services.signer(address_links.OBJECTION_PURPOSE)
    change_id = address_links.read_objection(signer, request.path_params["token"])
    is_done = request.method == "POST"
    act = _object if is_done else _look_at_objection
    has_moved = await run_in_threadpool(act, site, change_id, network)
    context = {"is_done": is_done, "has_moved": has_moved}
    return site.views.page("keep-address.html", context, headers=TOKEN_HEADERS)


def _ask(site: SiteState, link: PreferencesLink, address: str) -> Response:
    """Ask at an address, which may be a stranger's: it is counted as in the sign-up form.

    Raises:
        InvalidInput: it was asked too often in a short time, by whomever.
        StaleLink: the link is too old.
    """
    now, good_for = site.services.clock.now(), site.config.joining.fresh_link
    preferences_link.check_fresh(link, good_for, now)
    if not site.signup_limit_per_mailbox.is_allowed(mailbox_of(address)):
        raise InvalidInput("this address was entered very often; please try again in an hour")
    account.ask_to_move(site.services, actors.subscriber(link.subscriber_id), link, address)
    message = f"We have written to {address}. Open the link in that mail to be mailed there."
    return page(site, link, said=message)


def _keep(site: SiteState, link: PreferencesLink) -> Response:
    account.keep_address(site.services, actors.subscriber(link.subscriber_id), link)
    return page(site, link, said="Your address stays as it is.")


def _read_link(site: SiteState, token: str) -> ExpiringLink:
    signer, now = site.services.signer(address_links.PURPOSE), site.services.clock.now()
    return address_links.read_address_link(signer, token, site.config.joining.expires, now)


def _check_link(site: SiteState, link: ExpiringLink) -> None:
    """
    Raises:
        TokenError: the change is made, given up, or was asked for again.
    """
    with site.services.database.read() as session:
        address_links.requesting_subscriber(session, link)


def _move(site: SiteState, link: ExpiringLink, network: str) -> PreferencesLink:
    actor, origin = actors.subscriber(link.subscriber_id), origin_of(site, LINK_SOURCE, network)
    subscriber_id = account.move(site.services, actor, link, origin=origin)
    # The mail at the new address has just been read.
    return link_for(site, subscriber_id, site.services.clock.now())


def _look_at_objection(site: SiteState, change_id: int, _network: str) -> bool:
    """Whether the new address has confirmed.

    Raises:
        TokenError: the change was stopped or undone already, or made more than a week ago.
    """
    with site.services.database.read() as session:
        change = address_links.objected_to(session, change_id, site.services.clock.now())
        return change.moved_at is not None


def _object(site: SiteState, change_id: int, network: str) -> bool:
    """Object; whether the new address had confirmed."""
    with site.services.database.read() as session:
        change = address_links.objected_to(session, change_id, site.services.clock.now())
        actor, has_moved = actors.subscriber(change.subscriber_id), change.moved_at is not None
    origin = origin_of(site, OBJECTION_SOURCE, network)
    account.object_to_move(site.services, actor, change_id, origin=origin)
    return has_moved


ROUTES = [
    Route("/preferences/{token}/address", ask, methods=["POST"]),
    Route("/move/{token}", move, methods=["GET", "POST"]),
    Route("/keep-address/{token}", keep_address, methods=["GET", "POST"]),
]
