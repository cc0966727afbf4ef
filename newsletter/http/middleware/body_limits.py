"""Request body limit and concurrency limit (load shedding).

Requests above the limit are answered 503 with Retry-After at once instead of queueing. Cached feeds
are answered before this middleware and not counted.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.http.middleware.headers import HEADERS

MAX_BODY_BYTES = 64 * 1024
OVERLOAD_SECONDS = 10


class TrafficClass(StrEnum):
    """Classes of requests, each with its own concurrency limit (bulkheads)."""

    UNSUBSCRIBE = "unsubscribe"  # one-click POSTs are not retried
    WEBHOOKS = "webhooks"  # providers tell of bounces in bursts
    HEALTH = "health"  # polled by supervisors that restart an unhealthy site
    FEEDS = "feeds"
    PAGES = "pages"  # everything else


def traffic_class_of(scope: Scope) -> TrafficClass:
    """The class that a request is counted in."""
    path: str = scope["path"]
    if path.startswith("/unsubscribe/"):
        return TrafficClass.UNSUBSCRIBE
    if path.startswith("/webhooks/"):
        return TrafficClass.WEBHOOKS
    if path == "/healthz":
        return TrafficClass.HEALTH
    return TrafficClass.FEEDS if path.rpartition("/")[2].startswith("feed.") else TrafficClass.PAGES


class BodyBuffer:
    """Buffers the request body first, so that slow uploads hold no concurrency slot.

    The timeout is the connection's (`http_protocol`). A body above the limit, whatever its
    Content-Length says, is a 413 as soon as the application reads it.

    Args:
        larger: limits of paths that begin so, in place of the usual one.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int = MAX_BODY_BYTES,
        larger: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._limit = limit
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        body, limit = bytearray(), self._limit_of(scope["path"])
        is_complete = _declared_length(scope) > limit
        while not is_complete and len(body) <= limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            is_complete = not message.get("more_body", False)
        is_too_large = max(len(body), _declared_length(scope)) > limit
        await self._app(scope, _Replay(bytes(body), receive, is_too_large=is_too_large), send)

    def _limit_of(self, path: str) -> int:
        limits = (most for prefix, most in self._larger.items() if path.startswith(prefix))
        return next(limits, self._limit)


class _Replay:
    """Returns the buffered body in one message."""

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
    """By message framing (RFC 9112 section 6.3)."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _declared_length(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0


class ConcurrencyLimit:
    """Answers 503 with Retry-After (RFC 9110 section 10.2.3) above a number of concurrent requests.

    One client takes half of the places at most. The connection closes with the answer, and with it
    whatever was sent behind the request.

    Args:
        most: in each traffic class.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._most_of_client = max(1, most // 2)
        self._active: Counter[TrafficClass] = Counter()
        self._active_of: Counter[tuple[TrafficClass, str]] = Counter()
        """By the client's address; none at zero."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        traffic_class = traffic_class_of(scope)
        of_client = (traffic_class, scope["client"][0] if scope.get("client") else "")
        is_full = self._active[traffic_class] >= self._most
        if is_full or self._active_of[of_client] >= self._most_of_client:
            await _overloaded(scope, receive, send)
            return
        self._active[traffic_class] += 1
        self._active_of[of_client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._active[traffic_class] -= 1
            self._active_of[of_client] -= 1
            if not self._active_of[of_client]:
                del self._active_of[of_client]


_overloaded = PlainTextResponse(
    "Too many readers at once. Please try again in a moment.\n",
    status_code=503,
    headers={
        **HEADERS,
        "Retry-After": str(OVERLOAD_SECONDS),
        "Cache-Control": "no-store",
        "Connection": "close",
    },
)
