"""How much a request may bring, and how many are worked on at once.

More than the machine can do at once would only make each of them late; those above the limit are
told at once when to come again. Feeds that stand ready are answered before and are not counted.
"""

from collections import Counter
from enum import StrEnum

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.web.middleware.headers import HEADERS

MAX_BODY_BYTES = 64 * 1024
OVERLOAD_SECONDS = 10


class TrafficClass(StrEnum):
    """What has places of its own, so that nothing else can take them."""

    UNSUBSCRIBE = "unsubscribe"  # mail programs press once and do not come again
    HEALTH = "health"  # asked by what would restart a busy site
    FEEDS = "feeds"
    PAGES = "pages"  # everything else


def traffic_class_of(scope: Scope) -> TrafficClass:
    """Which places a request is counted in."""
    path: str = scope["path"]
    if path.startswith("/unsubscribe/"):
        return TrafficClass.UNSUBSCRIBE
    if path == "/healthz":
        return TrafficClass.HEALTH
    return TrafficClass.FEEDS if path.rpartition("/")[2].startswith("feed.") else TrafficClass.PAGES


class BodyBuffer:
    """Lets a request in when its body has arrived, so that waiting for one takes no place.

    The connection's deadline (`http_protocol`) ends the waiting. A body that is too large, whatever
    its length header says, is refused as soon as the application asks for it.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        is_complete = _declared_length(scope) > self._limit
        while not is_complete and len(body) <= self._limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            is_complete = not message.get("more_body", False)
        is_too_large = max(len(body), _declared_length(scope)) > self._limit
        await self._app(scope, _Replay(bytes(body), receive, is_too_large=is_too_large), send)


class _Replay:
    """A body that has arrived, given in one piece."""

    def __init__(self, body: bytes, receive: Receive, *, is_too_large: bool) -> None:
        self._body: bytes | None = body
        self._receive = receive
        self._is_too_large = is_too_large

    async def __call__(self) -> Message:
        if self._is_too_large:
            raise HTTPException(413)
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _has_body(scope: Scope) -> bool:
    """By its framing (RFC 9112 section 6.3)."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _declared_length(scope: Scope) -> int:
    told = Headers(scope=scope).get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0


class ConcurrencyLimit:
    """Answers 503 with Retry-After (RFC 9110 section 10.2.3) while too many are being worked on.

    Args:
        most: in each lane.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._now: Counter[TrafficClass] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        lane = traffic_class_of(scope)
        if self._now[lane] >= self._most:
            await _overloaded(scope, receive, send)
            return
        self._now[lane] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now[lane] -= 1


_overloaded = PlainTextResponse(
    "Too many readers at once. Please try again in a moment.\n",
    status_code=503,
    headers={**HEADERS, "Retry-After": str(OVERLOAD_SECONDS), "Cache-Control": "no-store"},
)
