"""The feeds over HTTP: validators, 304, compression (RFC 9110, 9111)."""

import gzip
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import ResourceNotFound
from newsletter.feeds.documents import FeedKind
from newsletter.web.addresses import slug_in
from newsletter.web.conditional import accepts_gzip, http_date, is_unchanged
from newsletter.web.state import site_of


def feed(request: Request) -> Response:
    """A feed of everything or of one topic, in the representation that the reader can take."""
    site = site_of(request)
    kind = _kind(request.path_params["kind"])
    topic = slug_in(request) if "slug" in request.path_params else None
    with site.services.database.read() as session:
        document = site.feeds.get(session, kind, topic)
    is_gzipped = accepts_gzip(request.headers.get("accept-encoding", ""))
    # Each representation has a validator of its own (RFC 9110 section 8.8.3.3).
    etag = f'{document.etag[:-1]}-gzip"' if is_gzipped else document.etag
    headers = {
        "ETag": etag,
        "Last-Modified": http_date(document.last_modified),
        "Cache-Control": f"public, max-age={int(site.config.feeds.max_age.total_seconds())}",
        "Vary": "Accept-Encoding",
        # A reader in a browser on another site may fetch what is public anyhow.
        "Access-Control-Allow-Origin": "*",
    }
    if is_unchanged(request.headers, etag, document.last_modified):
        return Response(status_code=304, headers=headers)
    if is_gzipped:
        headers["Content-Encoding"] = "gzip"
    content = _gzipped(document.content) if is_gzipped else document.content
    headers["Content-Type"] = f"{document.content_type}; charset=utf-8"
    return Response(content, headers=headers)


def _kind(ending: str) -> FeedKind:
    if ending not in list(FeedKind):
        raise ResourceNotFound(f"there is no feed in the format {ending!r}")
    return FeedKind(ending)


@lru_cache(maxsize=128)
def _gzipped(content: bytes) -> bytes:
    # Without the time, the same feed is the same bytes and keeps its strong ETag honest.
    return gzip.compress(content, mtime=0)


ROUTES = [
    Route("/feed.{kind}", feed),
    Route("/topics/{slug}/feed.{kind}", feed),
]
