"""Coming back: the page behind the link of the mail that says goodbye.

Opening it changes nothing, since scanners follow links: the button on it does.
"""

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import TokenSpent
from newsletter.subscriptions import resubscribe
from newsletter.web.account.client_address import address_of
from newsletter.web.account.preferences import preferences_address
from newsletter.web.account.signup import has_seen_words, origin_of, shown_words
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of
from subscribers import membership
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.models import Subscriber, SubscriberStatus

SOURCE = "link in the mail that says goodbye"


async def come_back(request: Request) -> Response:
    """The page with its button, or the coming back itself."""
    site = site_of(request)
    token = request.path_params["token"]
    if request.method != "POST":
        await run_in_threadpool(_look, site, token)
        return site.views.page("return.html", shown_words(site), headers=TOKEN_HEADERS)
    has_seen, network = await has_seen_words(request), address_of(request)
    origin = origin_of(site, SOURCE, network, with_words=has_seen)
    subscriber_id = await run_in_threadpool(_come_back, site, token, origin)
    address = preferences_address(site, subscriber_id)
    return site.views.page("confirmed.html", {"preferences": address}, headers=TOKEN_HEADERS)


def _look(site: SiteState, token: str) -> None:
    with site.services.database.read() as session:
        _returning(site, session, token)


def _come_back(site: SiteState, token: str, origin: Origin) -> int:
    now = site.services.clock.now()
    with site.services.database.write() as session:
        subscriber = _returning(site, session, token)
        membership.come_back(session, subscriber, origin=origin, now=now)
        return subscriber.id


def _returning(site: SiteState, session: Session, token: str) -> Subscriber:
    """Whom a link would bring back.

    Raises:
        TokenError: not ours, too old, of an earlier leaving, or of somebody who had never
            confirmed or is not to be mailed.
    """
    now, signer = site.services.clock.now(), site.services.signer(resubscribe.PURPOSE)
    link = resubscribe.read_return(signer, token, site.config.joining.expires, now)
    subscriber = people.by_id(session, link.subscriber_id)
    resubscribe.refuse_other_leaving(subscriber, link)
    known = (SubscriberStatus.ENDED, SubscriberStatus.CONFIRMED)
    suppression = people.find_suppression(session, subscriber.address_hash)
    had_confirmed = subscriber.status in known and subscriber.confirmed_at is not None
    if suppression is not None or not had_confirmed:
        raise TokenSpent("this link was good once; to come back, please fill in the form again")
    return subscriber


ROUTES = [Route("/return/{token}", come_back, methods=["GET", "POST"])]
