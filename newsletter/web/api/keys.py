"""Who calls: the actor of the API key in a request (RFC 6750, section 2.1), and the answers."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.actions import keys
from newsletter.errors import NewsletterError, NotAllowed
from newsletter.http.error_words import without_command
from newsletter.http.statuses import status_of
from newsletter.http_client.public_addresses import is_loopback
from newsletter.logging import EventLogger
from newsletter.staff import api_keys
from newsletter.staff.actors import VISITOR, Actor, api_key
from newsletter.staff.permissions import Permission
from newsletter.web.state import SiteState, site_of

log = EventLogger(__name__)

PREFIX = "/api/"
MAX_BODY_BYTES = 8 * 1024 * 1024
SCHEME = "bearer "
HEADERS = {"Cache-Control": "no-store"}
# RFC 6750, section 3: without it a client does not know how to say who it is.
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="newsletter"'}
NO_KEY = (
    "send an API key, as “Authorization: Bearer newsletter_…”; an owner makes one in the console, "
    "under Staff"
)
UNUSABLE = "this API key is unknown, expired or revoked; an owner makes another one"
Answer = Callable[[SiteState, Actor, Request], Awaitable[Any]]


class _NoKey(NewsletterError):
    """The request has no API key that may be used."""


def endpoint(permission: Permission, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """What Starlette calls: the answer as JSON, for a key with this permission; errors likewise."""

    async def call(request: Request) -> Response:
        site = site_of(request)
        try:
            actor = await _actor_of(site, request)
            actor.require(permission, f"{request.method} {request.url.path}")
            return answer_json(await answer(site, actor, request))
        except _NoKey as error:
            return answer_json({"error": str(error)}, 401, CHALLENGE)
        except NewsletterError as error:
            status = status_of(error)
            if status >= 500:
                log.error("request failed", path=request.url.path, error=str(error))  # noqa: TRY400
            return answer_json({"error": without_command(error)}, status)

    return call


def answer_json(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON; times in ISO 8601."""
    if isinstance(content, Response):
        return content
    text = json.dumps(content, default=_plain, ensure_ascii=False) + "\n"
    return Response(text, status, {**HEADERS, **(headers or {})}, "application/json")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def _actor_of(site: SiteState, request: Request) -> Actor:
    """The actor of the key in a request; its use is noted.

    Raises:
        _NoKey: there is none, or it may not be used.
        NotAllowed: the site is not reached by https.
    """
    parts = urlsplit(site.config.site.base_url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise NotAllowed("API keys need https in site.base_url")
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(SCHEME):
        raise _NoKey(NO_KEY)
    key = header[len(SCHEME) :].strip()
    # Not on the threads of answers, which may all be taken by long imports.
    actor, unnoted = await run_in_threadpool(_found, site, key)
    if unnoted is not None:
        await site.webhook_threads.run(keys.see, site.services, VISITOR, unnoted)
    return actor


def _found(site: SiteState, key: str) -> tuple[Actor, int | None]:
    """The actor of a key, and its number where its use is to be noted."""
    now = site.services.clock.now()
    with site.services.database.read() as session:
        row = api_keys.usable(session, key, now)
        if row is None:
            log.warning("API key refused")
            raise _NoKey(UNUSABLE)
        is_due = api_keys.is_use_due(row, now)
        return api_key(row.id, row.permissions), row.id if is_due else None
