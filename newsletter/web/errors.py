"""Maps errors to HTTP statuses and error pages. Internal errors are logged, never shown."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.errors import (
    InvalidInput,
    NewsletterError,
    ResourceNotFound,
    TemplateError,
    TokenError,
    TokenSpent,
)
from newsletter.feeds.private import FeedRevoked
from newsletter.http.middleware.headers import HEADERS
from newsletter.http.statuses import status_of
from newsletter.logging import EventLogger
from newsletter.web.state import site_of

log = EventLogger(__name__)

RETRY_AFTER_SECONDS = 60


class ArticleWithdrawn(ResourceNotFound):
    """The article was published and is withdrawn."""


OWN_STATUSES = ((ArticleWithdrawn, 410), (FeedRevoked, 410))

MESSAGES: dict[int, tuple[str, str]] = {
    400: ("That did not work", "The request could not be understood. Please try again."),
    403: ("Not allowed", "You may not do this."),
    404: ("Page not found", "There is nothing at this address. It may have been mistyped."),
    405: ("That did not work", "This address does not answer that kind of request."),
    409: ("Not possible at the moment", "The state of things does not allow this now."),
    410: ("This article has been withdrawn", "It was published here once and has been taken down."),
    413: ("That was too much", "The request was larger than this site accepts."),
    500: ("Something went wrong", "The fault is ours and has been noted. Please try again later."),
    503: ("Back in a moment", "The site cannot answer just now. Please try again in a minute."),
}
LINK_HEADING = "This link does not work"
GONE_FEED_HEADING = "This feed has ended"
LINK_ADVICE = (
    "Mail programs sometimes cut long links: open it from the mail again, or copy all of it."
)


def _known_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NewsletterError)  # noqa: S101 - registered for nothing else
    status = status_of(error, OWN_STATUSES)
    if status >= 500:
        log.error("request failed", method=request.method, path=request.url.path, error=str(error))
    words = _message_of(error, status)
    # The error page needs templates too.
    return (
        _plain(status, words) if isinstance(error, TemplateError) else _page(request, status, words)
    )


def _message_of(error: NewsletterError, status: int) -> tuple[str, str]:
    if isinstance(error, TokenSpent):
        return LINK_HEADING, _sentence(error)
    if isinstance(error, TokenError):
        return LINK_HEADING, f"{_sentence(error)} {LINK_ADVICE}"
    if isinstance(error, FeedRevoked):
        return GONE_FEED_HEADING, _sentence(error)
    if isinstance(error, InvalidInput):
        return MESSAGES[status][0], _sentence(error)
    return MESSAGES[status]


def _sentence(error: NewsletterError) -> str:
    reason = str(error)
    return f"{reason[:1].upper()}{reason[1:]}."


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    words = MESSAGES.get(error.status_code, MESSAGES[400 if error.status_code < 500 else 500])
    response = _page(request, error.status_code, words)
    response.headers.update(error.headers or {})
    return response


def _unexpected(request: Request, _error: Exception) -> Response:
    """The server logs the traceback."""
    return _page(request, 500, MESSAGES[500])


def _page(request: Request, status: int, words: tuple[str, str]) -> Response:
    # Unexpected errors are answered outside the middleware that adds these headers.
    headers = {**HEADERS, "Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    context = {
        "status": status,
        "heading": words[0],
        "message": words[1],
        "is_about_a_link": words[0] == LINK_HEADING,
    }
    try:
        return site_of(request).views.page("error.html", context, status, headers)
    except TemplateError as error:
        # The message names the file; a traceback adds nothing.
        log.error("error page failed", error=str(error))  # noqa: TRY400
        return _plain(status, words)


def _plain(status: int, words: tuple[str, str]) -> Response:
    return PlainTextResponse("\n\n".join(words) + "\n", status)


HANDLERS: dict[Any, Any] = {
    NewsletterError: _known_error,
    HTTPException: _http,
    Exception: _unexpected,
}
