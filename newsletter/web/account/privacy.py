"""What the law gives her (UK GDPR, art. 15 to 21): to see, to take along, to object, to be erased.

All behind the link to her own page, for as long as anything is held about her.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter.errors import InvalidInput, ResourceNotFound, TokenSpent
from newsletter.subscriptions import privacy
from newsletter.web.account.client_address import address_of
from newsletter.web.account.preferences import preferences_address, whose
from newsletter.web.account.signup import origin_of
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of
from subscribers import membership
from subscribers import store as people
from subscribers.models import Subscriber, SubscriberStatus

SOURCE = "her page"
KINDS = ("json", "csv")


async def data(request: Request) -> Response:
    """The page: what can be done."""
    site, subscriber_id = site_of(request), whose(request)
    return await run_in_threadpool(_page, site, subscriber_id)


async def export(request: Request) -> Response:
    """Everything held about her, as a file."""
    site, subscriber_id = site_of(request), whose(request)
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise ResourceNotFound(f"there is no such file as data.{kind}")
    return await run_in_threadpool(_export, site, subscriber_id, kind)


async def act(request: Request) -> Response:
    """Object or be erased, by the buttons of the page."""
    site, subscriber_id = site_of(request), whose(request)
    async with request.form(max_files=0, max_fields=10) as form:
        what, is_sure = str(form.get("what", "")), form.get("sure") == "yes"
    if what not in {"object", "erase"}:
        raise InvalidInput("please choose among the buttons shown")
    if what == "erase" and not is_sure:
        problem = "Please tick the box first: erasing cannot be undone."
        return await run_in_threadpool(_page, site, subscriber_id, problem)
    await run_in_threadpool(_act, site, subscriber_id, what, address_of(request))
    return site.views.page("over.html", {"what": what}, headers=TOKEN_HEADERS)


def _held(subscriber: Subscriber) -> Subscriber:
    """
    Raises:
        TokenError: she is erased.
    """
    if subscriber.status is SubscriberStatus.ERASED:
        raise TokenSpent("this link was good once; nothing is held about you any more")
    return subscriber


def _page(site: SiteState, subscriber_id: int, problem: str = "") -> Response:
    with site.services.database.read() as session:
        subscriber = _held(people.by_id(session, subscriber_id))
        context = {
            "subscriber": subscriber,
            "here": f"{preferences_address(site, subscriber_id)}/data",
            "preferences": preferences_address(site, subscriber_id),
            "is_member": subscriber.status is SubscriberStatus.CONFIRMED,
            "problem": problem,
        }
        return site.views.page("data.html", context, 400 if problem else 200, TOKEN_HEADERS)


def _export(site: SiteState, subscriber_id: int, kind: str) -> Response:
    with site.services.database.read() as session:
        subscriber = _held(people.by_id(session, subscriber_id))
        disclosed = privacy.disclose(session, subscriber)
    headers = {
        **TOKEN_HEADERS,
        "Content-Disposition": f'attachment; filename="my-data.{kind}"',
    }
    if kind == "json":
        return JSONResponse(disclosed, headers=headers)
    return Response(privacy.as_csv(disclosed), media_type="text/csv", headers=headers)


def _act(site: SiteState, subscriber_id: int, what: str, network: str) -> None:
    now = site.services.clock.now()
    with site.services.database.write() as session:
        subscriber = _held(people.by_id(session, subscriber_id))
        if what == "erase":
            # Where she asked from would be about her again.
            privacy.erase(session, subscriber, origin=origin_of(site, SOURCE, ""), now=now)
        else:
            origin = origin_of(site, SOURCE, network)
            membership.object_to(session, subscriber, origin=origin, now=now)


ROUTES = [
    Route("/preferences/{token}/data", data, methods=["GET"]),
    Route("/preferences/{token}/data", act, methods=["POST"]),
    Route("/preferences/{token}/data.{kind}", export, methods=["GET"]),
]
