"""Leaving: the page behind every mail's unsubscribe link, and the one-click POST (RFC 8058).

GET only shows the page, since scanners follow links. POST leaves, with nothing but the token: no
cookie, no sign-in, no redirect.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.actions import account
from newsletter.errors import ResourceNotFound, TokenError
from newsletter.http.middleware.headers import TOKEN_HEADERS
from newsletter.staff import actors
from newsletter.subscriptions import preferences_link, resubscribe
from newsletter.subscriptions.unsubscribe import UnsubscribeReason
from newsletter.tokens.links import NOBODY, UnsubscribeLink
from newsletter.web.account.preferences import preferences_address
from newsletter.web.account.signup import wording_context
from newsletter.web.state import SiteState, site_of
from subscribers import store as people
from subscribers.models import Subscriber, SubscriberStatus

REASONS = {
    "too-many": "too many mails",
    "not-for-me": "the topics are not for me",
    "never-asked": "I never asked for them",
    "moved": "I have moved away or changed my mind",
    "other": "something else",
}
MAX_WORDS = 1000


@dataclass(frozen=True, kw_only=True)
class UnsubscribeForm:
    """What came with a POST to an unsubscribe address."""

    is_from_page: bool = False
    """Our page's button was pressed; any other POST is one-click."""
    reason: str = ""
    words: str = ""


async def unsubscribe(request: Request) -> Response:
    """The page with its button, or the leaving itself."""
    site = site_of(request)
    link = site.links().read_unsubscribe(request.path_params["token"])
    if request.method != "POST":
        return await run_in_threadpool(_ask, site, link)
    pressed = await _read_form(request)
    await site.unsubscribe_threads.run(_unsubscribe, site, link, pressed)
    if not pressed.is_from_page:
        return PlainTextResponse("You have been unsubscribed.\n", headers=TOKEN_HEADERS)
    return await run_in_threadpool(_goodbye, site, link, has_just_left=True)


async def _read_form(request: Request) -> UnsubscribeForm:
    """What the body says. One that cannot be read keeps nobody on the list."""
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            return UnsubscribeForm(
                is_from_page=form.get("from") == "page",
                reason=str(form.get("reason", "")),
                words=" ".join(str(form.get("words", "")).split())[:MAX_WORDS],
            )
    except HTTPException as error:
        if error.status_code == 413:
            raise
        return UnsubscribeForm()


def _ask(site: SiteState, link: UnsubscribeLink) -> Response:
    """The page with its button; whoever has left already is told so."""
    with site.services.database.read() as session:
        subscriber = people.find_by_id(session, link.subscriber_id)
        status = subscriber.status if subscriber else None
        is_member = status is SubscriberStatus.CONFIRMED
        preferences = _preferences(site, session, link) if is_member else ""
    # The link of a test mail belongs to nobody, and still shows what it would do.
    is_somebodys = link.subscriber_id != NOBODY
    if is_somebodys and status not in (SubscriberStatus.PENDING, SubscriberStatus.CONFIRMED):
        return _goodbye(site, link)
    context = {"preferences": preferences, "reasons": REASONS}
    return site.views.page("unsubscribe.html", context, headers=TOKEN_HEADERS)


def _preferences(site: SiteState, session: Session, link: UnsubscribeLink) -> str:
    """Where the preferences are; empty where the mail that brought the link opens none."""
    own = site.links().preferences_link(link)
    try:
        preferences_link.holder(session, own)
    except TokenError:
        return ""
    return preferences_address(site, own)


def _unsubscribe(site: SiteState, link: UnsubscribeLink, pressed: UnsubscribeForm) -> None:
    departure = UnsubscribeReason(reason=REASONS.get(pressed.reason, ""), words=pressed.words)
    # Erased already: there is nothing left to leave, and nobody should be told of an error.
    with suppress(ResourceNotFound):
        actor = actors.subscriber(link.subscriber_id)
        account.unsubscribe(site.services, actor, link.edition_id, departure)


def _goodbye(site: SiteState, link: UnsubscribeLink, *, has_just_left: bool = False) -> Response:
    """The page that says goodbye and can undo it."""
    context: dict[str, Any] = {"back": "", "data": "", **wording_context(site)}
    context["has_just_left"] = has_just_left
    with site.services.database.read() as session:
        subscriber = people.find_by_id(session, link.subscriber_id)
        if subscriber is not None and subscriber.status is SubscriberStatus.ENDED:
            if _can_resubscribe(site, session, subscriber):
                signer = site.services.signer(resubscribe.PURPOSE)
                base_url = site.config.site.base_url
                context["back"] = resubscribe.resubscribe_url(base_url, signer, subscriber)
            if preferences := _preferences(site, session, link):
                context["data"] = f"{preferences}/data"
    return site.views.page("goodbye.html", context, headers=TOKEN_HEADERS)


def _can_resubscribe(site: SiteState, session: Session, subscriber: Subscriber) -> bool:
    """Whether the link that undoes the unsubscribe would do so."""
    if subscriber.confirmed_at is None or subscriber.ended_at is None:
        return False
    if people.is_suppressed(session, subscriber):
        return False
    return site.services.clock.now() - subscriber.ended_at <= site.config.joining.expires


ROUTES = [Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"])]
