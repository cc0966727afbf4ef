"""Choosing: topics, kinds of mail and pauses, behind a signed link and without a password."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.articles import store as articles
from newsletter.editions.dates import long_date
from newsletter.errors import InvalidInput, TokenError
from newsletter.web.security import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of
from subscribers import membership
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.membership import Wishes
from subscribers.models import Frequency, SubscriberStatus
from subscribers.topics import Choice

PURPOSE = "preferences"
MOST_TOPICS = 50
PAUSES = {"": None, "1": timedelta(weeks=1), "4": timedelta(weeks=4), "12": timedelta(weeks=12)}
FREQUENCIES = {
    Frequency.REGULAR: "the digest and bulletins",
    Frequency.WEEKLY: "the digest only",
    Frequency.BULLETINS: "bulletins only",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants to be sent."""

    topics: tuple[str, ...]
    frequency: Frequency


def wanted_in(topics: tuple[str, ...], frequency: str) -> Wanted:
    """What a form asks for.

    Raises:
        InvalidInput: something that the form does not offer.
    """
    slugs = tuple(dict.fromkeys(topics))
    if len(slugs) > MOST_TOPICS or not all(_is_slug(slug) for slug in slugs):
        raise InvalidInput("please choose among the topics shown")
    if frequency not in set(Frequency):
        raise InvalidInput("please choose among the kinds of mail shown")
    return Wanted(topics=slugs, frequency=Frequency(frequency))


def preferences_address(site: SiteState, subscriber_id: int) -> str:
    """The address of a person's own page."""
    token = site.services.signer(PURPOSE).sign(str(subscriber_id))
    return f"{site.config.site.base_url}/preferences/{token}"


async def preferences(request: Request) -> Response:
    """Her page, or what pressing its button does."""
    site = site_of(request)
    subscriber_id = _read(site, request.path_params["token"])
    if request.method != "POST":
        return await run_in_threadpool(_page, site, subscriber_id, "")
    async with request.form(max_files=0, max_fields=60) as form:
        topics = tuple(str(value) for value in form.getlist("topic"))
        name, pause = str(form.get("name", "")), str(form.get("pause", ""))
        frequency = str(form.get("frequency", ""))
    wanted = wanted_in(topics, frequency)
    if pause not in {*PAUSES, "keep"}:
        raise InvalidInput("please choose among the pauses shown")
    await run_in_threadpool(_save, site, subscriber_id, name, wanted, pause)
    return await run_in_threadpool(_page, site, subscriber_id, "Saved.")


def _page(site: SiteState, subscriber_id: int, said: str) -> Response:
    with site.services.database.read() as session:
        subscriber = people.by_id(session, subscriber_id)
        if subscriber.status is not SubscriberStatus.CONFIRMED:
            raise TokenError("this link was good once; to join again, please fill in the form")
        leaving = site.leaving_signer().sign(f"{subscriber.id}.0")
        context: dict[str, Any] = {
            "topics": articles.topics(session),
            "chosen": people.choice_of(session, subscriber).topics,
            "subscriber": subscriber,
            "frequencies": FREQUENCIES,
            "paused_until": _still_paused(site, subscriber.paused_until),
            "leave": f"{site.config.site.base_url}/unsubscribe/{leaving}",
            "said": said,
        }
        return site.views.page("preferences.html", context, headers=TOKEN_HEADERS)


def _save(site: SiteState, subscriber_id: int, name: str, wanted: Wanted, pause: str) -> None:
    with site.services.database.write() as session:
        subscriber = people.by_id(session, subscriber_id)
        wishes = Wishes(name=name, choice=Choice(topics=wanted.topics), frequency=wanted.frequency)
        now = site.services.clock.now()
        membership.choose(session, subscriber, wishes, origin=Origin(source="her page"), now=now)
        if pause != "keep":
            length = PAUSES[pause]
            membership.pause(subscriber, site.services.clock.now() + length if length else None)


def _still_paused(site: SiteState, until: datetime | None) -> str:
    if until is None or until <= site.services.clock.now():
        return ""
    return long_date(until, site.config.site.timezone)


def _read(site: SiteState, token: str) -> int:
    subscriber_id = site.services.signer(PURPOSE).read(token)
    return int(subscriber_id)


def _is_slug(text: str) -> bool:
    return 0 < len(text) <= 60 and text.replace("-", "").isalnum() and text == text.lower()


ROUTES = [Route("/preferences/{token}", preferences, methods=["GET", "POST"])]
