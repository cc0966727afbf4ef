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
from newsletter.errors import InvalidInput
from newsletter.http.client_address import address_of
from newsletter.http.middleware.headers import TOKEN_HEADERS
from newsletter.staff import actors
from newsletter.subscriptions import preferences as choosing
from newsletter.subscriptions import preferences_link
from newsletter.subscriptions.frequency_labels import FREQUENCIES
from newsletter.tokens.links import NO_EDITION, PreferencesLink
from newsletter.web.account.preference_form import (
    MAX_FIELDS,
    Submitted,
    form_choices,
    submitted_in,
    submitted_of,
    validated,
)
from newsletter.web.account.signup import origin_of
from newsletter.web.state import SiteState, site_of
from subscribers import membership
from subscribers import store as people
from subscribers.models import Frequency, Subscriber

SOURCE = "preference page"
MAX_PAUSE = timedelta(days=366)
# What the page of leaving offers instead.
LESS = {"weekly": Frequency.WEEKLY, "bulletins": Frequency.BULLETINS}


@dataclass(frozen=True, kw_only=True)
class PreferenceForm:
    """The submitted form."""

    chosen: Submitted
    pause: str
    """A date, 2026-12-25; empty for no pause."""


def preferences_address(site: SiteState, link: PreferencesLink) -> str:
    """Where a link to the preferences leads."""
    return f"{site.config.site.base_url}/preferences/{link.token}"


def link_for(site: SiteState, subscriber_id: int, issued_at: datetime) -> PreferencesLink:
    """A link to the preferences of a subscriber, as if it had been mailed at that moment.

    Raises:
        ResourceNotFound: there is no such subscriber.
    """
    with site.services.database.read() as session:
        subscriber = people.by_id(session, subscriber_id)
        return preferences_link.issue(site.links(), subscriber, issued_at)


def link_in(request: Request) -> PreferencesLink:
    """What the token in the address says; whether it still opens anything, the database knows.

    Raises:
        TokenError: not an address of ours.
    """
    return site_of(request).links().read_preferences(request.path_params["token"])


async def preferences(request: Request) -> Response:
    """The preference page, or saving its form."""
    site, link = site_of(request), link_in(request)
    if request.method != "POST":
        return await run_in_threadpool(page, site, link)
    async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
        entered = PreferenceForm(
            chosen=submitted_in(form.getlist), pause=str(form.get("pause", ""))
        )
    return await run_in_threadpool(_save, site, link, entered, address_of(request))


async def reduce_mail(request: Request) -> Response:
    """Fewer mails or a pause, by one button of the page of leaving."""
    site, link = site_of(request), link_in(request)
    async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
        less = str(form.get("less", ""))
    if less != "pause" and less not in LESS:
        raise InvalidInput("please choose among the buttons shown")
    return await run_in_threadpool(_reduce_mail, site, link, less, address_of(request))


def page(
    site: SiteState,
    link: PreferencesLink,
    *,
    said: str = "",
    problem: str = "",
    entered: PreferenceForm | None = None,
) -> Response:
    """The page with the stored preferences, or with what was entered and could not be saved."""
    with site.services.database.read() as session:
        subscriber = choosing.member(session, link)
        change = people.find_address_change(session, subscriber)
        shown = entered or PreferenceForm(
            chosen=submitted_of(membership.preferences_of(session, subscriber)),
            pause=_pause_of(site, subscriber),
        )
        leaving = site.links().unsubscribe_token(
            subscriber.id, NO_EDITION, subscriber.address_hash, link.issued_at
        )
        now = site.services.clock.now()
        today = now.astimezone(_zone(site)).date()
        context: dict[str, Any] = {
            **form_choices(site.config, session, subscriber.frequency),
            "subscriber": subscriber,
            "chosen": shown.chosen,
            "pause": shown.pause,
            "earliest_pause": today + timedelta(days=1),
            "latest_pause": today + MAX_PAUSE,
            "new_address": change.address if change else "",
            "leave": f"{site.config.site.base_url}/unsubscribe/{leaving}",
            "here": preferences_address(site, link),
            "is_fresh": preferences_link.is_fresh(link, site.config.joining.fresh_link, now),
            "said": said,
            "problem": problem,
        }
        status = 400 if problem else 200
        return site.views.page("preferences.html", context, status, TOKEN_HEADERS)


def _save(
    site: SiteState, link: PreferencesLink, entered: PreferenceForm, network: str
) -> Response:
    with site.services.database.read() as session:
        current = choosing.member(session, link).frequency
    try:
        wishes = validated(entered.chosen, site.config, current)
        until = _until(site, entered.pause)
    except InvalidInput as error:
        return page(site, link, problem=str(error), entered=entered)
    actor, origin = actors.subscriber(link.subscriber_id), origin_of(site, SOURCE, network)
    account.choose(site.services, actor, link, wishes, until, origin=origin)
    return page(site, link, said="Saved.")


def _reduce_mail(site: SiteState, link: PreferencesLink, less: str, network: str) -> Response:
    actor = actors.subscriber(link.subscriber_id)
    if less == "pause":
        until = account.pause(site.services, actor, link)
        notice = f"Saved. Nothing is sent until {long_date(until, site.config.site.timezone)}."
    else:
        origin = origin_of(site, SOURCE, network)
        account.lower_frequency(site.services, actor, link, LESS[less], origin=origin)
        notice = f"Saved. You stay on the list, for {FREQUENCIES[LESS[less]]}."
    return page(site, link, said=notice)


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
    if day > today + MAX_PAUSE:
        raise InvalidInput("a pause can last a year at most; please take an earlier date")
    return datetime.combine(day, time(), zone) if day > today else None


def _pause_of(site: SiteState, subscriber: Subscriber) -> str:
    until = subscriber.paused_until
    if until is None or until <= site.services.clock.now():
        return ""
    return until.astimezone(_zone(site)).date().isoformat()


def _zone(site: SiteState) -> ZoneInfo:
    return ZoneInfo(site.config.site.timezone)


async def mail_fresh_link(request: Request) -> Response:
    """Have a fresh link mailed, for what an old one is not enough for."""
    site, link = site_of(request), link_in(request)
    return await run_in_threadpool(_mail_fresh_link, site, link)


def _mail_fresh_link(site: SiteState, link: PreferencesLink) -> Response:
    actor = actors.subscriber(link.subscriber_id)
    if account.mail_preferences_link(site.services, actor, link):
        return page(site, link, said="We have mailed you a fresh link. Go on with that one.")
    problem = "We have mailed you several fresh links today; please use the newest of them."
    return page(site, link, problem=problem)


ROUTES = [
    Route("/preferences/{token}/fresh", mail_fresh_link, methods=["POST"]),
    Route("/preferences/{token}", preferences, methods=["GET", "POST"]),
    Route("/preferences/{token}/less", reduce_mail, methods=["POST"]),
]
