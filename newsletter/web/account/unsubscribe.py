"""Unsubscribing: the page behind every mail's link, and one-click unsubscribe (RFC 8058).

GET only shows the page, since mail scanners follow links. POST needs nothing but the token: no
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
from newsletter.staff import actors
from newsletter.subscriptions import resubscribe
from newsletter.subscriptions.unsubscribe import Departure
from newsletter.web.account.preferences import preferences_address
from newsletter.web.account.signup import wording_context
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.path_params import LARGEST_ID
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
MOST_WORDS = 1000


@dataclass(frozen=True, kw_only=True)
class UnsubscribeForm:
    """The body of a POST to an unsubscribe URL."""

    is_from_page: bool = False
    """Sent by the page's button; any other POST is one-click."""
    reason: str = ""
    words: str = ""


async def unsubscribe(request: Request) -> Response:
    """GET shows the page with its button; POST unsubscribes."""
    site = site_of(request)
    subscriber_id, edition_id = read_token(site, request.path_params["token"])
    if request.method != "POST":
        return await run_in_threadpool(_show, site, subscriber_id)
    form = await _read_form(request)
    await site.unsubscribe_threads.run(_unsubscribe, site, subscriber_id, edition_id, form)
    if not form.is_from_page:
        return PlainTextResponse("You have been unsubscribed.\n", headers=TOKEN_HEADERS)
    return await run_in_threadpool(_goodbye, site, subscriber_id, has_just_left=True)


def read_token(site: SiteState, token: str) -> tuple[int, int]:
    """The subscriber and the edition that an unsubscribe token names.

    Raises:
        TokenError: not a token of this site and purpose.
    """
    subscriber, _, edition = site.leaving_signer().read(token).partition(".")
    if not (subscriber.isascii() and subscriber.isdigit()):
        raise TokenError("this link is damaged")
    if not (edition.isascii() and edition.isdigit()):
        raise TokenError("this link is damaged")
    if max(int(subscriber), int(edition)) > LARGEST_ID:
        raise TokenError("this link is damaged")
    return int(subscriber), int(edition)


async def _read_form(request: Request) -> UnsubscribeForm:
    """The parsed body; an unreadable one counts as one-click."""
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            return UnsubscribeForm(
                is_from_page=form.get("from") == "page",
                reason=str(form.get("reason", "")),
                words=" ".join(str(form.get("words", "")).split())[:MOST_WORDS],
            )
    except HTTPException as error:
        if error.status_code == 413:
            raise
        return UnsubscribeForm()


def _show(site: SiteState, subscriber_id: int) -> Response:
    """The page with its button, or the goodbye page of an ended subscription."""
    status = _status(site, subscriber_id)
    # The link of a test mail has subscriber 0 and shows the page all the same.
    if subscriber_id and status not in (SubscriberStatus.PENDING, SubscriberStatus.CONFIRMED):
        return _goodbye(site, subscriber_id)
    is_member = status is SubscriberStatus.CONFIRMED
    address = preferences_address(site, subscriber_id) if is_member else ""
    context = {"preferences": address, "reasons": REASONS}
    return site.views.page("unsubscribe.html", context, headers=TOKEN_HEADERS)


def _status(site: SiteState, subscriber_id: int) -> SubscriberStatus | None:
    with site.services.database.read() as session:
        subscriber = people.find_by_id(session, subscriber_id)
        return subscriber.status if subscriber else None


def _unsubscribe(
    site: SiteState, subscriber_id: int, edition_id: int, form: UnsubscribeForm
) -> None:
    departure = Departure(reason=REASONS.get(form.reason, ""), words=form.words)
    # Erased already: not an error for the client.
    with suppress(ResourceNotFound):
        actor = actors.subscriber(subscriber_id)
        account.unsubscribe(site.services, actor, edition_id, departure)


def _goodbye(site: SiteState, subscriber_id: int, *, has_just_left: bool = False) -> Response:
    """The goodbye page, with a link to resubscribe where that is possible."""
    context: dict[str, Any] = {"back": "", "data": "", **wording_context(site)}
    context["has_just_left"] = has_just_left
    with site.services.database.read() as session:
        subscriber = people.find_by_id(session, subscriber_id)
        if subscriber is not None and subscriber.status is SubscriberStatus.ENDED:
            if _can_resubscribe(site, session, subscriber):
                signer = site.services.signer(resubscribe.PURPOSE)
                base_url = site.config.site.base_url
                context["back"] = resubscribe.resubscribe_url(base_url, signer, subscriber)
            context["data"] = f"{preferences_address(site, subscriber_id)}/data"
    return site.views.page("goodbye.html", context, headers=TOKEN_HEADERS)


def _can_resubscribe(site: SiteState, session: Session, subscriber: Subscriber) -> bool:
    """Whether a resubscribe link would be accepted."""
    if subscriber.confirmed_at is None or subscriber.ended_at is None:
        return False
    if people.is_suppressed(session, subscriber):
        return False
    return site.services.clock.now() - subscriber.ended_at <= site.config.joining.expires


ROUTES = [Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"])]
