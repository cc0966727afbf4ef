"""Joining: the form, and the page behind the link that confirms.

The answer to the form is the same whether an address is known, new or suppressed. Opening the link
confirms nobody, since scanners follow links: the button on its page does.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.articles import store as articles
from newsletter.delivery import confirming, notices
from newsletter.errors import Conflict, InvalidInput, ResourceNotFound, TokenError
from newsletter.web.choosing import FREQUENCIES, preferences_address, wanted_in
from newsletter.web.security import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of
from subscribers import membership
from subscribers import store as people
from subscribers.addresses import normalise_address
from subscribers.consent import Origin
from subscribers.membership import Joining
from subscribers.models import Subscriber, SubscriberStatus

# Filled in by programs only: people never see it.
TRAP = "website"
SOURCE = "form on the site"
CONFIRMED = "confirmation link"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What was entered into the form."""

    address: str = ""
    name: str = ""
    topics: tuple[str, ...] = ()
    frequency: str = "regular"


async def subscribe(request: Request) -> Response:
    """The form, or what pressing its button does."""
    site = site_of(request)
    if not site.config.joining.is_open:
        raise ResourceNotFound("nobody can join by herself here")
    if request.method != "POST":
        return await run_in_threadpool(_form, site, Filled(topics=_topics_asked(request)), "", 200)
    async with request.form(max_files=0, max_fields=60) as form:
        filled = _filled(form)
        is_trapped = bool(form.get(TRAP))
    if not site.joins.is_allowed(_network_of(request)):
        words = "That was very often in a short time. Please try again in an hour."
        return await run_in_threadpool(_form, site, filled, words, 429)
    try:
        address = normalise_address(filled.address)
        wanted = wanted_in(filled.topics, filled.frequency)
    except InvalidInput as error:
        return await run_in_threadpool(_form, site, filled, str(error), 400)
    if not is_trapped:
        joining = Joining(
            address=address, name=filled.name, topics=wanted.topics, frequency=wanted.frequency
        )
        await run_in_threadpool(_join, site, joining)
    return site.views.page("asked.html", {"address": address}, headers=TOKEN_HEADERS)


async def confirm(request: Request) -> Response:
    """The page with its button, or the confirming itself."""
    site = site_of(request)
    token = request.path_params["token"]
    if request.method != "POST":
        await run_in_threadpool(_asked, site, token)
        return site.views.page("confirm.html", headers=TOKEN_HEADERS)
    subscriber_id = await run_in_threadpool(_confirm, site, token)
    address = preferences_address(site, subscriber_id)
    return site.views.page("confirmed.html", {"preferences": address}, headers=TOKEN_HEADERS)


def _form(site: SiteState, filled: Filled, problem: str, status: int) -> Response:
    with site.services.database.read() as session:
        context: dict[str, Any] = {
            "topics": articles.topics(session),
            "filled": filled,
            "problem": problem,
            "wording": site.config.joining.wording,
            "trap": TRAP,
            "frequencies": FREQUENCIES,
        }
        return site.views.page("subscribe.html", context, status=status)


def _filled(form: FormData) -> Filled:
    return Filled(
        address=str(form.get("address", ""))[:300].strip(),
        name=str(form.get("name", "")),
        topics=tuple(str(value) for value in form.getlist("topic")),
        frequency=str(form.get("frequency", "regular")),
    )


def _topics_asked(request: Request) -> tuple[str, ...]:
    """Topics ticked beforehand, by a link such as /subscribe?topic=housing."""
    return tuple(request.query_params.getlist("topic"))


def _join(site: SiteState, joining: Joining) -> None:
    """Enter her as pending and have her asked to confirm; in silence where that may not be."""
    now, secret = site.services.clock.now(), site.config.site.secret_key.get_secret_value()
    origin = Origin(source=SOURCE, wording=site.config.joining.wording)
    try:
        with site.services.database.write() as session:
            subscriber = membership.join(
                session, secret, joining, origin=origin, proven=False, now=now
            )
            notices.queue(session, confirming.KIND, subscriber, now)
    except Conflict:
        return  # suppressed, or joining at this very moment by another request


def _asked(site: SiteState, token: str) -> int:
    """Whom a link asks.

    Raises:
        TokenError: not ours, too old, or for somebody who has been forgotten.
    """
    now, options = site.services.clock.now(), site.config.joining
    signer = site.services.signer(confirming.PURPOSE)
    link = confirming.read_link(signer, token, options.expires, now)
    with site.services.database.read() as session:
        _one_to_confirm(people.by_id(session, link.subscriber_id))
    return link.subscriber_id


def _confirm(site: SiteState, token: str) -> int:
    subscriber_id = _asked(site, token)
    with site.services.database.write() as session:
        subscriber = people.by_id(session, subscriber_id)
        _one_to_confirm(subscriber)
        now = site.services.clock.now()
        membership.confirm(session, subscriber, origin=Origin(source=CONFIRMED), now=now)
    return subscriber_id


def _one_to_confirm(subscriber: Subscriber) -> None:
    # Who left after she was asked must not be brought back by the old link.
    known: Sequence[SubscriberStatus] = (SubscriberStatus.PENDING, SubscriberStatus.CONFIRMED)
    if subscriber.status not in known:
        raise TokenError("this link was good once; to join, please fill in the form again")


def _network_of(request: Request) -> str:
    """Who asks, as far as can be told: an IPv4 address, or an IPv6 network of 64 bits."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


ROUTES = [
    Route("/subscribe", subscribe, methods=["GET", "POST"]),
    Route("/confirm/{token}", confirm, methods=["GET", "POST"]),
]
