"""Feed responses: one representation per content coding, each with its own ETag.

Made once per build and kept in the feed cache, which answers before the framework is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.config.options import FeedOptions
from newsletter.feeds.documents.building import FeedDocument
from newsletter.feeds.documents.content import Link
from newsletter.feeds.feed_cache import FeedCache
from newsletter.feeds.scopes import Selection
from newsletter.http.middleware.conditional import (
    CODINGS,
    best_coding,
    encoded,
    http_date,
    is_unchanged,
)

# A navigating browser gets a page instead (decision 52).
VARY = "Accept-Encoding, Sec-Fetch-Mode"
# stale-while-revalidate and stale-if-error (RFC 5861).
STALE_SECONDS = 60
STALE_IF_ERROR_SECONDS = 86_400
ARCHIVE_SECONDS = 86_400
# A browser may run and load nothing.
PROTECTION = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}

METHODS = frozenset({"GET", "HEAD"})
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class EncodedResponse:
    """A representation with its headers encoded."""

    etag: str
    last_modified: datetime
    content: bytes = field(repr=False)
    headers: RawHeaders
    """Of a 200."""
    headers_unchanged: RawHeaders

    async def send(self, request_headers: Mapping[str, str], method: str, send: Send) -> None:
        """Send a 200, or a 304 where the request's validators match."""
        if request_headers and is_unchanged(request_headers, self.etag, self.last_modified):
            await send(
                {"type": "http.response.start", "status": 304, "headers": self.headers_unchanged}
            )
            await send({"type": "http.response.body"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        body = b"" if method == "HEAD" else self.content
        await send({"type": "http.response.body", "body": body})


class FeedResponse(Response):
    """Selects the representation by the request's headers, as a Starlette response."""

    def __init__(self, answers: Mapping[str, EncodedResponse]) -> None:
        super().__init__()
        self._answers = answers

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        request_headers = Headers(scope=scope)
        answer = self._answers[best_coding(request_headers.get("accept-encoding", ""))]
        await answer.send(request_headers, scope["method"], send)


class CachedFeeds:
    """ASGI middleware that serves cached feeds without calling the framework."""

    def __init__(self, app: ASGIApp, cache: FeedCache[Mapping[str, EncodedResponse]]) -> None:
        self._app = app
        self._cache = cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in METHODS:
            request_headers = _request_headers(scope)
            if request_headers is not None and (answers := self._cache.fresh(_path(scope))):
                coding = best_coding(request_headers.pop("accept-encoding", ""))
                await answers[coding].send(request_headers, scope["method"], send)
                return
        await self._app(scope, receive, send)


def _path(scope: Scope) -> str:
    """Path and query as `Selection.path` has them."""
    path: str = scope["path"][1:]
    query: bytes = scope["query_string"]
    return f"{path}?{query.decode('latin-1')}" if query else path


def _request_headers(scope: Scope) -> dict[str, str] | None:
    """The headers that select the response; None for a navigating browser, which gets a page."""
    request_headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name in _DECIDING:
            request_headers[_DECIDING[name]] = value.decode("latin-1")
        elif name == b"sec-fetch-mode" and value == b"navigate":
            return None
    return request_headers


_DECIDING = {
    name.encode(): name for name in ("accept-encoding", "if-none-match", "if-modified-since")
}


def answers_of(
    document: FeedDocument, selection: Selection, options: FeedOptions
) -> Mapping[str, EncodedResponse]:
    """One representation per content coding, and the identity ("")."""
    return {coding: _answer(document, coding, selection, options) for coding in ("", *CODINGS)}


def _answer(
    document: FeedDocument, coding: str, selection: Selection, options: FeedOptions
) -> EncodedResponse:
    content = encoded(document.content, coding)
    # ETags differ by content coding (RFC 9110 section 8.8.3.3).
    etag = f'{document.etag[:-1]}-{coding}"' if coding else document.etag
    shared = {
        "ETag": etag,
        "Last-Modified": http_date(document.last_modified),
        "Cache-Control": cache_control(selection, options),
        "Vary": VARY,
        # Feeds are public: scripts of any origin may read them.
        "Access-Control-Allow-Origin": "*",
    }
    own = {
        **PROTECTION,
        "Content-Type": f"{document.content_type}; charset=utf-8",
        "Content-Length": str(len(content)),
    }
    if document.links:
        own["Link"] = _link_header(document.links)
    if selection.token:
        own |= {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
    if coding:
        own["Content-Encoding"] = coding
    return EncodedResponse(
        etag=etag,
        last_modified=document.last_modified,
        content=content,
        headers=_raw({**shared, **own}),
        headers_unchanged=_raw(shared),
    )


def cache_control(selection: Selection, options: FeedOptions) -> str:
    """The Cache-Control header (RFC 9111)."""
    seconds = int(options.max_age.total_seconds())
    if selection.token:
        return f"private, max-age={seconds}"
    if selection.archive:
        return f"public, max-age={ARCHIVE_SECONDS}, immutable"
    return (
        f"public, max-age={seconds}, stale-while-revalidate={STALE_SECONDS}, "
        f"stale-if-error={STALE_IF_ERROR_SECONDS}"
    )


def _link_header(links: tuple[Link, ...]) -> str:
    return ", ".join(f'<{link.url}>; rel="{link.rel}"' for link in links)


def _raw(headers: dict[str, str]) -> RawHeaders:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
