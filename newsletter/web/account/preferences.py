"""The preference page behind a signed link: topics, digests, frequency and pauses; no password."""

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
    Submitted,
    form_choices,
    submitted_in,
    submitted_of,
    validated,
)
from newsletter.web.account.signup import origin_of
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.path_params import LARGEST_ID
from newsletter.web.state import SiteState, site_of
from subscribers import membership
from subscribers import store as people
from subscribers.models import Frequency, Subscriber

PURPOSE = PREFERENCES
SOURCE = "preference page"
LONGEST_PAUSE = timedelta(days=366)
# Offered on the unsubscribe page instead of leaving.
LOWER_FREQUENCIES = {"weekly": Frequency.WEEKLY, "bulletins": Frequency.BULLETINS}


@dataclass(frozen=True, kw_only=True)
class PreferenceForm:
    """The submitted preference form."""

    chosen: Submitted
    pause: str
    """A date, 2026-12-25; empty for no pause."""


def preferences_address(site: SiteState, subscriber_id: int) -> str:
    """The URL of a subscriber's preference page."""
    token = site.services.signer(PURPOSE).sign(str(subscriber_id))
    return f"{site.config.site.base_url}/preferences/{token}"


def subscriber_id_of(request: Request) -> int:
    """The subscriber that a preference URL names.

    Raises:
        TokenError: forged or damaged.
    """
    number = site_of(request).services.signer(PURPOSE).read(request.path_params["token"])
    if not (number.isascii() and number.isdigit()) or int(number) > LARGEST_ID:
        raise TokenError("this link is damaged")
    if int(number) == 0:
        raise TokenSpent("this link came with a test mail and belongs to nobody")
    return int(number)


async def preferences(request: Request) -> Response:
    """GET shows the page; POST saves the form."""
    site, subscriber_id = site_of(request), subscriber_id_of(request)
    if request.method != "POST":
        return await run_in_threadpool(page, site, subscriber_id)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        entered = PreferenceForm(
            chosen=submitted_in(form.getlist), pause=str(form.get("pause", ""))
        )
    return await run_in_threadpool(_save, site, subscriber_id, entered, address_of(request))


async def reduce_mail(request: Request) -> Response:
    """Lower the frequency or pause, by a button of the unsubscribe page."""
    site, subscriber_id = site_of(request), subscriber_id_of(request)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        less = str(form.get("less", ""))
    if less != "pause" and less not in LOWER_FREQUENCIES:
        raise InvalidInput("please choose among the buttons shown")
    return await run_in_threadpool(_reduce_mail, site, subscriber_id, less, address_of(request))


def page(
    site: SiteState,
    subscriber_id: int,
    *,
    said: str = "",
    problem: str = "",
    entered: PreferenceForm | None = None,
) -> Response:
    """The preference page, with the stored values or the rejected form's."""
    with site.services.database.read() as session:
        subscriber = choosing.member(session, subscriber_id)
        change = people.find_address_change(session, subscriber)
        shown = entered or PreferenceForm(
            chosen=submitted_of(membership.preferences_of(session, subscriber)),
            pause=_pause_of(site, subscriber),
        )
        leaving = site.leaving_signer().sign(f"{subscriber.id}.0")
        today = site.services.clock.now().astimezone(_zone(site)).date()
        context: dict[str, Any] = {
            **form_choices(site.config, session, subscriber.frequency),
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


def _save(site: SiteState, subscriber_id: int, entered: PreferenceForm, network: str) -> Response:
    with site.services.database.read() as session:
        current = people.by_id(session, subscriber_id).frequency
    try:
        wishes = validated(entered.chosen, site.config, current)
        until = _until(site, entered.pause)
    except InvalidInput as error:
        return page(site, subscriber_id, problem=str(error), entered=entered)
    actor, origin = actors.subscriber(subscriber_id), origin_of(site, SOURCE, network)
    account.choose(site.services, actor, wishes, until, origin=origin)
    return page(site, subscriber_id, said="Saved.")


def _reduce_mail(site: SiteState, subscriber_id: int, less: str, network: str) -> Response:
    actor = actors.subscriber(subscriber_id)
    if less == "pause":
        until = account.pause(site.services, actor)
        said = f"Saved. Nothing is sent until {long_date(until, site.config.site.timezone)}."
    else:
        origin = origin_of(site, SOURCE, network)
        account.lower_frequency(site.services, actor, LOWER_FREQUENCIES[less], origin=origin)
        said = f"Saved. You stay on the list, for {FREQUENCIES[LOWER_FREQUENCIES[less]]}."
    return page(site, subscriber_id, said=said)


def _until(site: SiteState, text: str) -> datetime | None:
    """The moment that a pause ends; None for an empty field or a day that has come.

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
    Route("/preferences/{token}/less", reduce_mail, methods=["POST"]),
]
