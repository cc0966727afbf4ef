"""Export, objection and erasure (UK GDPR, art. 15 to 21).

All behind the link to the preference page, for as long as anything is held about the subscriber.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.errors import InvalidInput, ResourceNotFound
from newsletter.http.client_address import address_of
from newsletter.http.middleware.headers import TOKEN_HEADERS
from newsletter.staff import actors
from newsletter.subscriptions import data_export, erasure, preferences_link
from newsletter.tokens.links import PreferencesLink
from newsletter.web.account.preferences import link_in, preferences_address
from newsletter.web.account.signup import origin_of
from newsletter.web.state import SiteState, site_of
from subscribers.models import SubscriberStatus

SOURCE = "preference page"
NOTICE_TYPES = ("json", "csv")


async def data(request: Request) -> Response:
    """The page: what can be done."""
    site, link = site_of(request), link_in(request)
    return await run_in_threadpool(_page, site, link)


async def export(request: Request) -> Response:
    """Everything held about the subscriber, as a file."""
    site, link = site_of(request), link_in(request)
    kind = request.path_params["kind"]
    if kind not in NOTICE_TYPES:
        raise ResourceNotFound(f"there is no such file as data.{kind}")
    return await run_in_threadpool(_export, site, link, kind)


async def act(request: Request) -> Response:
    """Object or be erased, by the buttons of the page."""
    site, link = site_of(request), link_in(request)
    async with request.form(max_files=0, max_fields=10) as form:
        what, is_sure = str(form.get("what", "")), form.get("sure") == "yes"
    if what not in {"object", "erase"}:
        raise InvalidInput("please choose among the buttons shown")
    if what == "erase" and not is_sure:
        problem = "Please tick the box first: erasing cannot be undone."
        return await run_in_threadpool(_page, site, link, problem)
    await run_in_threadpool(_act, site, link, what, address_of(request))
    return site.views.page("over.html", {"what": what}, headers=TOKEN_HEADERS)


def _page(site: SiteState, link: PreferencesLink, problem: str = "") -> Response:
    with site.services.database.read() as session:
        subscriber = erasure.known_subscriber(session, link)
        now, options = site.services.clock.now(), site.config.joining
        is_member = subscriber.status is SubscriberStatus.CONFIRMED
        context = {
            "subscriber": subscriber,
            "here": f"{preferences_address(site, link)}/data",
            "preferences": preferences_address(site, link),
            "is_member": is_member,
            "is_fresh": preferences_link.is_fresh(link, options.fresh_link, now),
            "may_end": erasure.may_end_for_good(session, subscriber, link, options, now),
            "problem": problem,
        }
        return site.views.page("data.html", context, 400 if problem else 200, TOKEN_HEADERS)


def _export(site: SiteState, link: PreferencesLink, kind: str) -> Response:
    with site.services.database.read() as session:
        now, good_for = site.services.clock.now(), site.config.joining.fresh_link
        disclosed = data_export.export(session, link, good_for, now)
    headers = {
        **TOKEN_HEADERS,
        "Content-Disposition": f'attachment; filename="my-data.{kind}"',
    }
    if kind == "json":
        return JSONResponse(disclosed, headers=headers)
    return Response(data_export.as_csv(disclosed), media_type="text/csv", headers=headers)


def _act(site: SiteState, link: PreferencesLink, what: str, network: str) -> None:
    actor = actors.subscriber(link.subscriber_id)
    if what == "erase":
        # Where they asked from would be about them again.
        account.erase(site.services, actor, link, origin=origin_of(site, SOURCE, ""))
    else:
        origin = origin_of(site, SOURCE, network)
        account.object_to_mail(site.services, actor, link, origin=origin)


ROUTES = [
    Route("/preferences/{token}/data", data, methods=["GET"]),
    Route("/preferences/{token}/data", act, methods=["POST"]),
    Route("/preferences/{token}/data.{kind}", export, methods=["GET"]),
]
