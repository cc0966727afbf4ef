"""Confirming: the page behind the link of a mail that asked.

Opening the link confirms nobody, since scanners follow links: the button on its page does.
"""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.delivery.ledger.models import NoticeKind
from newsletter.errors import TokenSpent
from newsletter.subscriptions import confirm as subscriptions_confirm
from newsletter.subscriptions import notices
from newsletter.web.account.client_address import address_of
from newsletter.web.account.preferences import preferences_address
from newsletter.web.account.signup import has_seen_words, origin_of, shown_words
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of
from subscribers import membership
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.models import Subscriber, SubscriberStatus

SOURCE = "confirmation link"


async def confirm(request: Request) -> Response:
    """The page with its button, or the confirming itself."""
    site = site_of(request)
    token = request.path_params["token"]
    if request.method != "POST":
        await run_in_threadpool(_asked, site, token)
        return site.views.page("confirm.html", shown_words(site), headers=TOKEN_HEADERS)
    has_seen, network = await has_seen_words(request), address_of(request)
    origin = origin_of(site, SOURCE, network, with_words=has_seen)
    subscriber_id = await run_in_threadpool(_confirm, site, token, origin)
    address = preferences_address(site, subscriber_id)
    return site.views.page("confirmed.html", {"preferences": address}, headers=TOKEN_HEADERS)


def _asked(site: SiteState, token: str) -> int:
    """Whom a link asks.

    Raises:
        TokenError: not ours, too old, or for somebody who has been forgotten.
    """
    now, options = site.services.clock.now(), site.config.joining
    signer = site.services.signer(subscriptions_confirm.PURPOSE)
    link = subscriptions_confirm.read_link(signer, token, options.expires, now)
    with site.services.database.read() as session:
        _one_to_confirm(people.by_id(session, link.subscriber_id))
    return link.subscriber_id


def _confirm(site: SiteState, token: str, origin: Origin) -> int:
    subscriber_id = _asked(site, token)
    with site.services.database.write() as session:
        subscriber = people.by_id(session, subscriber_id)
        _one_to_confirm(subscriber)
        now = site.services.clock.now()
        if membership.confirm(session, subscriber, origin=origin, now=now):
            options = site.config.joining
            notices.queue_wanted(session, NoticeKind.WELCOME, subscriber, options, now)
    return subscriber_id


def _one_to_confirm(subscriber: Subscriber) -> None:
    # Who left after she was asked must not be brought back by the old link.
    known: Sequence[SubscriberStatus] = (SubscriberStatus.PENDING, SubscriberStatus.CONFIRMED)
    if subscriber.status not in known:
        raise TokenSpent("this link was good once; to join, please fill in the form again")


ROUTES = [Route("/confirm/{token}", confirm, methods=["GET", "POST"])]
