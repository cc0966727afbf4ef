"""Errors as pages of the console: what happened, and what to do next."""

from collections.abc import Mapping

from starlette.responses import PlainTextResponse, Response

from newsletter.console.frame.presentation.forms import message_of
from newsletter.console.frame.request import ConsoleRequest
from newsletter.errors import (
    Busy,
    ConfigurationError,
    Conflict,
    InvalidInput,
    NewsletterError,
    NotAllowed,
    ResourceNotFound,
    SendingRefused,
    StorageError,
    TemplateError,
    TokenError,
)
from newsletter.http.statuses import Statuses, status_of
from newsletter.logging import EventLogger

log = EventLogger(__name__)

TEMPLATE = "error.html"
# What is the user's to mend: the page of the form is shown again with the message.
SHOWN_ON_FORM = (
    InvalidInput,
    Conflict,
    Busy,
    TokenError,
    ConfigurationError,
    SendingRefused,
    StorageError,
    TemplateError,
)
HEADINGS: tuple[tuple[type[NewsletterError], str], ...] = (
    (ResourceNotFound, "There is nothing here"),
    (NotAllowed, "You may not do this"),
    (Conflict, "That is not possible now"),
    (TokenError, "This link does not work"),
    (SendingRefused, "Nothing can be sent yet"),
    (StorageError, "Back in a moment"),
)
FAULT = "Something went wrong"
FAULT_WORDS = "The fault is ours, and it has been noted. Nothing you typed was saved by this."


class TooLarge(NewsletterError):
    """More was sent than the form takes."""


# What is somebody's to mend in the console is no fault of the server, as it would be on the site.
OWN_STATUSES: Statuses = (
    (TooLarge, 413),
    (ConfigurationError, 400),
    (TemplateError, 400),
    (SendingRefused, 409),
)


def status(error: NewsletterError) -> int:
    return status_of(error, OWN_STATUSES)


def known_error(request: ConsoleRequest, error: NewsletterError) -> Response:
    """The page of an error with words for people."""
    code = status(error)
    log_fault(request, error)
    usual = FAULT if code >= 500 else "That did not work"
    heading = next((words for kind, words in HEADINGS if isinstance(error, kind)), usual)
    context = {"heading": heading, "message": message_of(error)}
    return _page(request, context, code)


def log_fault(request: ConsoleRequest, error: NewsletterError) -> None:
    """Note an error that is not the user's."""
    if status(error) >= 500:
        log.error("request failed", **_request_fields(request), error=str(error))


def _request_fields(request: ConsoleRequest) -> dict[str, str]:
    return {"method": request.http.method, "path": request.http.url.path}


def unexpected(request: ConsoleRequest, error: Exception) -> Response:
    """The page of an error of ours; the traceback is in the log."""
    log.error("request failed", error, **_request_fields(request))
    return _page(request, {"heading": FAULT, "message": FAULT_WORDS}, 500)


def _page(request: ConsoleRequest, context: Mapping[str, str], status: int) -> Response:
    """The page of an error; its words alone where the frame of a page cannot be shown either."""
    try:
        return request.page(TEMPLATE, context, status=status)
    except Exception:
        log.exception("error page failed")
        return PlainTextResponse(f"{context['heading']}\n\n{context['message']}\n", status)
