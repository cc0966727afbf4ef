"""Pages of caught mails: a list, and each mail as HTML, text and source.

A mail's HTML is untrusted: it is shown in a sandboxed frame under a Content-Security-Policy that
runs nothing.
"""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from newsletter.http.middleware.headers import MAIL_POLICY
from newsletter.http.path_params import page_in
from newsletter.web.caught.maildir import CaughtMails
from newsletter.web.state import site_of

PAGE_SIZE = 50
MAX_SOURCE_LENGTH = 300_000
VIEWS = ("html", "text", "source")
POLICY = (
    f"sandbox allow-popups allow-popups-to-escape-sandbox; {MAIL_POLICY}; frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
# Opens links outside the sandboxed frame.
_BASE = '<base target="_blank">'


def mails(request: Request) -> Response:
    """The list, newest first."""
    page = page_in(request)
    mails = _caught(request).newest(PAGE_SIZE + 1, (page - 1) * PAGE_SIZE)
    context = {
        "mails": mails[:PAGE_SIZE],
        "newer": page - 1 if page > 1 else None,
        "older": page + 1 if len(mails) > PAGE_SIZE else None,
    }
    return site_of(request).views.page("mails.html", context)


def mail(request: Request) -> Response:
    """One mail, in the requested view."""
    caught = _caught(request).get(request.path_params["key"])
    view = request.query_params.get("view", "")
    if view not in VIEWS:
        view = "html" if caught.html else "text"
    context = {
        "mail": caught,
        "view": view,
        "source": caught.source[:MAX_SOURCE_LENGTH],
        "is_narrow": request.query_params.get("width") == "phone",
    }
    return site_of(request).views.page("mail.html", context)


def mail_html(request: Request) -> Response:
    """The HTML part alone, for the frame."""
    html = _caught(request).get(request.path_params["key"]).html
    return HTMLResponse(_with_base(html), headers={"Content-Security-Policy": POLICY})


def mail_file(request: Request) -> Response:
    """The raw mail as a download."""
    caught = _caught(request).get(request.path_params["key"])
    headers = {"Content-Disposition": 'attachment; filename="message.eml"'}
    return Response(caught.raw, media_type="message/rfc822", headers=headers)


def _caught(request: Request) -> CaughtMails:
    return CaughtMails(Path(site_of(request).config.web.caught_mails))


def _with_base(html: str) -> str:
    head = _HEAD.search(html)
    place = head.end() if head else 0
    return html[:place] + _BASE + html[place:]


ROUTES = [
    Route("/mails", mails),
    Route("/mails/{key}", mail),
    Route("/mails/{key}/html", mail_html),
    Route("/mails/{key}/message.eml", mail_file),
]
