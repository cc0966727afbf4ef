"""Providers' calls that tell what became of mails.

A call is answered 2xx only after its events are recorded, so that the provider makes it again
where they are not; our own faults are a 500. A call whose origin is not proven is a 403 and leaves
no trace but a line in the log.
"""

from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.errors import NotAllowed, ResourceNotFound, SendingRefused
from newsletter.http_client import fetching
from newsletter.http_client.public_addresses import is_loopback
from newsletter.logging import EventLogger
from newsletter.transports.api.webhooks import (
    HasWebhook,
    NotProven,
    Webhook,
    WebhookCall,
    WebhookResult,
)
from newsletter.web.state import SiteState, site_of

log = EventLogger(__name__)

PREFIX = "/webhooks/"
MAX_BODY_BYTES = 8 * 1024 * 1024
"""SparkPost's batches are the largest: up to 10,000 events."""


async def receive(request: Request) -> Response:
    """Record what a call tells."""
    site, name = site_of(request), request.path_params["transport"]
    call = WebhookCall(headers=request.headers, body=await request.body())
    receipt = await run_sync(_proven, site, name, call, limiter=site.proof_threads)
    if receipt.events:
        waiting = site.webhook_batches.enter(name, receipt.events)
        await site.webhook_threads.run(site.webhook_batches.finish, name, waiting)
    return PlainTextResponse("recorded\n")


def _proven(site: SiteState, name: str, call: WebhookCall) -> WebhookResult:
    """What a call tells whose origin is proven; a subscription is confirmed."""
    webhook = _webhook(site, name)
    try:
        receipt = webhook.receive(call, name, site.services.clock.now())
    except NotProven as error:
        log.warning("webhook call refused", transport=name, error=str(error))
        raise NotAllowed("the origin of the call is not proven") from error
    if receipt.confirm:
        fetching.fetch(receipt.confirm, max_bytes=100_000)
        log.info("webhook subscription confirmed", transport=name)
    return receipt


def _webhook(site: SiteState, name: str) -> Webhook:
    """
    Raises:
        NotAllowed: its calls bring a password, and the site is not reached by https.
        ResourceNotFound: there is no such transport, or its provider tells nothing.
    """
    try:
        transport = site.services.transport(name)
    except SendingRefused as error:
        raise ResourceNotFound(str(error)) from error
    if not isinstance(transport, HasWebhook):
        raise ResourceNotFound(f"transports.{name} has no webhook")
    webhook = transport.webhook()
    parts = urlsplit(site.config.site.base_url)
    if webhook.has_password and parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        log.warning("webhook needs https in site.base_url", transport=name)
        raise NotAllowed("this webhook needs https")
    return webhook


ROUTES = [Route(PREFIX + "{transport:str}", receive, methods=["POST"])]
