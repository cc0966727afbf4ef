"""A feed as HTTP answers: one for each content coding, each with a validator of its own."""

from dataclasses import dataclass, field
from datetime import datetime

from starlette.responses import Response

from newsletter.config.options import FeedOptions
from newsletter.feeds.documents import Link
from newsletter.feeds.scopes import Selection
from newsletter.feeds.shelf import ShelvedFeed
from newsletter.web.middleware.conditional import CODINGS, http_date

# A person who opens a feed's address is shown a page instead (decision 0052).
VARY = "Accept-Encoding, Sec-Fetch-Mode"
# What caches may do while a feed is fetched anew, or its server is away (RFC 5861).
STALE_SECONDS = 60
STALE_IF_ERROR_SECONDS = 86_400
ARCHIVE_SECONDS = 86_400
# A feed has nothing that a browser may run or load.
PROTECTION = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A representation, ready to be sent."""

    etag: str
    last_modified: datetime
    content: bytes = field(repr=False)
    headers: RawHeaders
    """Of a 200; a 304 leaves out those about the content."""
    headers_unchanged: RawHeaders

    def response(self, *, is_unchanged: bool, is_head: bool) -> Response:
        response = Response(status_code=304 if is_unchanged else 200)
        if not is_unchanged and not is_head:
            response.body = self.content
        response.raw_headers = list(self.headers_unchanged if is_unchanged else self.headers)
        return response


def answers_of(
    shelved: ShelvedFeed, selection: Selection, options: FeedOptions
) -> dict[str, Answer]:
    """The answer in each coding, and as it is ("")."""
    return {coding: _answer(shelved, coding, selection, options) for coding in ("", *CODINGS)}


def _answer(
    shelved: ShelvedFeed, coding: str, selection: Selection, options: FeedOptions
) -> Answer:
    document = shelved.document
    content = shelved.content(coding)
    # Each representation has a validator of its own (RFC 9110 section 8.8.3.3).
    etag = f'{document.etag[:-1]}-{coding}"' if coding else document.etag
    shared = {
        "ETag": etag,
        "Last-Modified": http_date(document.last_modified),
        "Cache-Control": cache_control(selection, options),
        "Vary": VARY,
        # A reader in a browser on another site may fetch what is public anyhow.
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
    return Answer(
        etag=etag,
        last_modified=document.last_modified,
        content=content,
        headers=_raw({**shared, **own}),
        headers_unchanged=_raw(shared),
    )


def cache_control(selection: Selection, options: FeedOptions) -> str:
    """How long who may keep it (RFC 9111)."""
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
