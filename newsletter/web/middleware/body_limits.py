"""How much a request may bring, and how many are worked on at once.

More than the machine can do at once would only make each of them late; those above the limit are
told at once when to come again. Feeds that stand ready are answered before and are not counted.
"""

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.web.middleware.headers import HEADERS

MAX_BODY_BYTES = 64 * 1024
OVERLOAD_SECONDS = 10


class BodyLimit:
    """Breaks off a request whose body grows past the limit, whatever its length header says."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)


class MostAtOnce:
    """Answers 503 with Retry-After (RFC 9110 section 10.2.3) while too many are being worked on."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._now >= self._most:
            await _overloaded(scope, receive, send)
            return
        self._now += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now -= 1


_overloaded = PlainTextResponse(
    "Too many readers at once. Please try again in a moment.\n",
    status_code=503,
    headers={**HEADERS, "Retry-After": str(OVERLOAD_SECONDS), "Cache-Control": "no-store"},
)
