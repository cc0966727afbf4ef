"""Compression, ETags and 304 for pages.

Feeds bring their own ETags; `no-store` responses may hold a secret, which compression could leak
(BREACH), and pass unchanged.
"""

from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.http.middleware.conditional import best_coding, encoded, is_unchanged

TEXT = ("text/html", "text/css", "text/plain", "text/x-opml", "application/xml", "image/svg+xml")
SMALLEST_BYTES = 600
# Stored, but revalidated on each use: an edited article is seen at once.
CACHE_CONTROL = "no-cache"


class Compression:
    """ASGI middleware; leaves streamed responses alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _CompressingSend(Headers(scope=scope), send))


class _CompressingSend:
    """Holds back the response start until the body is known, unless it is streamed."""

    def __init__(self, request_headers: Headers, send: Send) -> None:
        self._request_headers = request_headers
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_compressible(message):
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            if message.get("more_body"):
                await self._send(start)
            else:
                message = self._compressed(start, message)
                await self._send(start)
        await self._send(message)

    def _compressed(self, start: Message, body: Message) -> Message:
        headers, content = MutableHeaders(scope=start), body.get("body", b"")
        coding = best_coding(self._request_headers.get("accept-encoding", ""))
        coding = coding if len(content) >= SMALLEST_BYTES else ""
        if "accept-encoding" not in headers.get("vary", "").lower():
            headers.add_vary_header("Accept-Encoding")
        if start["status"] == 200:
            headers.setdefault("Cache-Control", CACHE_CONTROL)
            etag = f'"{sha256(content).hexdigest()[:32]}{"-" if coding else ""}{coding}"'
            headers.setdefault("ETag", etag)
            if is_unchanged(
                {"if-none-match": self._request_headers.get("if-none-match", "")}, etag, None
            ):
                start["status"] = 304
                for name in ("Content-Type", "Content-Length"):
                    del headers[name]
                return {**body, "body": b""}
        if coding:
            content = encoded(content, coding)
            headers["Content-Encoding"] = coding
            headers["Content-Length"] = str(len(content))
        return {**body, "body": content}


def _is_compressible(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "").partition(";")[0]
    return (
        kind in TEXT
        and "content-encoding" not in headers
        and "etag" not in headers
        and "no-store" not in headers.get("cache-control", "")
    )
