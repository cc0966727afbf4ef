"""Choosing: topics, digests, kinds of mail and pauses, behind a signed link, without a password."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.editions.dates import long_date
from newsletter.errors import InvalidInput, TokenError, TokenSpent
from newsletter.staff import actors
from newsletter.subscriptions import preferences as choosing
from newsletter.subscriptions.frequency_labels import FREQUENCIES
from newsletter.tokens.signing import PREFERENCES
from newsletter.web.account.client_address import address_of
from newsletter.web.account.preference_form import (
    MOST_FIELDS,
    Chosen,
    checked,
    chosen_by,
    chosen_in,
    offers,
)
from newsletter.web.account.signup import origin_of
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.path_params import LARGEST_ID
from newsletter.web.state import SiteState, site_of
from subscribers import membership
from subscribers import store as people
from subscribers.models import Frequency, Subscriber

PURPOSE = PREFERENCES
SOURCE = "her page"
LONGEST_PAUSE = timedelta(days=366)
# What the page of leaving offers instead.
LESS = {"weekly": Frequency.WEEKLY, "bulletins": Frequency.BULLETINS}


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What her form holds."""

    chosen: Chosen
    pause: str
    """A date, 2026-12-25; empty for no pause."""


def preferences_address(site: SiteState, subscriber_id: int) -> str:
    """The address of a person's own page."""
    token = site.services.signer(PURPOSE).sign(str(subscriber_id))
    return f"{site.config.site.base_url}/preferences/{token}"


def whose(request: Request) -> int:
    """The number of the subscriber whose page an address is.

    Raises:
        TokenError: not an address of ours.
    """
    number = site_of(request).services.signer(PURPOSE).read(request.path_params["token"])
    if not (number.isascii() and number.isdigit()) or int(number) > LARGEST_ID:
        raise TokenError("this link is damaged")
    if int(number) == 0:
        raise TokenSpent("this link came with a test mail and belongs to nobody")
    return int(number)


async def preferences(request: Request) -> Response:
    """Her page, or what pressing its button does."""
    site, subscriber_id = site_of(request), whose(request)
    if request.method != "POST":
        return await run_in_threadpool(page, site, subscriber_id)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        entered = Entered(chosen=chosen_in(form.getlist), pause=str(form.get("pause", "")))
    return await run_in_threadpool(_save, site, subscriber_id, entered, address_of(request))


async def take_less(request: Request) -> Response:
    """Fewer mails or a pause, by one button of the page of leaving."""
    site, subscriber_id = site_of(request), whose(request)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        less = str(form.get("less", ""))
    if less != "pause" and less not in LESS:
        raise InvalidInput("please choose among the buttons shown")
    return await run_in_threadpool(_take_less, site, subscriber_id, less, address_of(request))


def page(
    site: SiteState,
    subscriber_id: int,
    *,
    said: str = "",
    problem: str = "",
    entered: Entered | None = None,
) -> Response:
    """Her page, with what she chose or, where that could not be saved, with what she entered."""
    with site.services.database.read() as session:
        subscriber = choosing.member(session, subscriber_id)
        change = people.find_address_change(session, subscriber)
        shown = entered or Entered(
            chosen=chosen_by(membership.preferences_of(session, subscriber)),
            pause=_pause_of(site, subscriber),
        )
        leaving = site.leaving_signer().sign(f"{subscriber.id}.0")
        today = site.services.clock.now().astimezone(_zone(site)).date()
        context: dict[str, Any] = {
            **offers(site.config, session, subscriber.frequency),
            "subscriber": subscriber,
            "chosen": shown.chosen,
            "pause": shown.pause,
            "earliest_pause": today + timedelta(days=1),
            "latest_pause": today + LONGEST_PAUSE,
            "new_address": change.address if change else "",
            "leave": f"{site.config.site.base_url}/unsubscribe/{leaving}",
            "here": preferences_address(site, subscriber_id),
            "said": said,
            "problem": problem,
        }
        status = 400 if problem else 200
        return site.views.page("preferences.html", context, status, TOKEN_HEADERS)


def _save(site: SiteState, subscriber_id: int, entered: Entered, network: str) -> Response:
    with site.services.database.read() as session:
        current = people.by_id(session, subscriber_id).frequency
    try:
        wishes = checked(entered.chosen, site.config, current)
        until = _until(site, entered.pause)
    except InvalidInput as error:
        return page(site, subscriber_id, problem=str(error), entered=entered)
    actor, origin = actors.subscriber(subscriber_id), origin_of(site, SOURCE, network)
    account.choose(site.services, actor, wishes, until, origin=origin)
    return page(site, subscriber_id, said="Saved.")


def _take_less(site: SiteState, subscriber_id: int, less: str, network: str) -> Response:
    actor = actors.subscriber(subscriber_id)
    if less == "pause":
        until = account.pause(site.services, actor)
        said = f"Saved. Nothing is sent until {long_date(until, site.config.site.timezone)}."
    else:
        origin = origin_of(site, SOURCE, network)
        account.lower_frequency(site.services, actor, LESS[less], origin=origin)
        said = f"Saved. You stay on the list, for {FREQUENCIES[LESS[less]]}."
    return page(site, subscriber_id, said=said)


def _until(site: SiteState, text: str) -> datetime | None:
    """The start of the day that a pause lasts until; a day that has come is none.

    Raises:
        InvalidInput: no date, or too far away.
    """
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput("write the end of the pause as a date, such as 2027-01-31") from error
    zone = _zone(site)
    today = site.services.clock.now().astimezone(zone).date()
    if day > today + LONGEST_PAUSE:
        raise InvalidInput("a pause can last a year at most; please take an earlier date")
    return datetime.combine(day, time(), zone) if day > today else None


def _pause_of(site: SiteState, subscriber: Subscriber) -> str:
    until = subscriber.paused_until
    if until is None or until <= site.services.clock.now():
        return ""
    return until.astimezone(_zone(site)).date().isoformat()


def _zone(site: SiteState) -> ZoneInfo:
    return ZoneInfo(site.config.site.timezone)


ROUTES = [
    Route("/preferences/{token}", preferences, methods=["GET", "POST"]),
    Route("/preferences/{token}/less", take_less, methods=["POST"]),
]
