"""Data subject rights (UK GDPR, art. 15 to 21): access, portability, objection, erasure.

Behind the link to the preference page, for as long as personal data is held.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.errors import InvalidInput, ResourceNotFound
from newsletter.staff import actors
from newsletter.subscriptions import privacy
from newsletter.web.account.client_address import address_of
from newsletter.web.account.preferences import preferences_address, subscriber_id_of
from newsletter.web.account.signup import origin_of
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of
from subscribers.models import SubscriberStatus

SOURCE = "preference page"
KINDS = ("json", "csv")


async def data(request: Request) -> Response:
    """The privacy page."""
    site, subscriber_id = site_of(request), subscriber_id_of(request)
    return await run_in_threadpool(_page, site, subscriber_id)


async def export(request: Request) -> Response:
    """All personal data held, as a file."""
    site, subscriber_id = site_of(request), subscriber_id_of(request)
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise ResourceNotFound(f"there is no such file as data.{kind}")
    return await run_in_threadpool(_export, site, subscriber_id, kind)


async def act(request: Request) -> Response:
    """Object to mail or erase, by the buttons of the page."""
    site, subscriber_id = site_of(request), subscriber_id_of(request)
    async with request.form(max_files=0, max_fields=10) as form:
        what, is_sure = str(form.get("what", "")), form.get("sure") == "yes"
    if what not in {"object", "erase"}:
        raise InvalidInput("please choose among the buttons shown")
    if what == "erase" and not is_sure:
        problem = "Please tick the box first: erasing cannot be undone."
        return await run_in_threadpool(_page, site, subscriber_id, problem)
    await run_in_threadpool(_act, site, subscriber_id, what, address_of(request))
    return site.views.page("over.html", {"what": what}, headers=TOKEN_HEADERS)


def _page(site: SiteState, subscriber_id: int, problem: str = "") -> Response:
    with site.services.database.read() as session:
        subscriber = privacy.known_subscriber(session, subscriber_id)
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
        subscriber = privacy.known_subscriber(session, subscriber_id)
        disclosed = privacy.export_data(session, subscriber)
    headers = {
        **TOKEN_HEADERS,
        "Content-Disposition": f'attachment; filename="my-data.{kind}"',
    }
    if kind == "json":
        return JSONResponse(disclosed, headers=headers)
    return Response(privacy.as_csv(disclosed), media_type="text/csv", headers=headers)


def _act(site: SiteState, subscriber_id: int, what: str, network: str) -> None:
    actor = actors.subscriber(subscriber_id)
    if what == "erase":
        # The network address would be personal data again.
        account.erase(site.services, actor, origin=origin_of(site, SOURCE, ""))
    else:
        origin = origin_of(site, SOURCE, network)
        account.object_to_mail(site.services, actor, origin=origin)


ROUTES = [
    Route("/preferences/{token}/data", data, methods=["GET"]),
    Route("/preferences/{token}/data", act, methods=["POST"]),
    Route("/preferences/{token}/data.{kind}", export, methods=["GET"]),
]
