"""Forms that were sent as a session had ended, or before a proof: kept, and sent on afterwards.

What was typed travels as a signed token in a hidden field, and in a cookie while its sender is at
an OpenID provider: nothing of it is stored. Files are left out; their form says so as it is shown
again.
"""

import hashlib
import json
from typing import cast

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from newsletter.console.frame import errors
from newsletter.console.frame.cookies import MAX_KEPT_LENGTH
from newsletter.console.frame.presentation.forms import Trouble, typed_in
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import ConsoleRoute, Handler
from newsletter.console.frame.screens import route_at
from newsletter.console.frame.state import PREFIX
from newsletter.errors import Conflict
from newsletter.staff.permissions import Permission

PURPOSE = "console kept form"
MAX_CHARACTERS = 1_500_000
AGAIN = "You are signed in again, and what you had typed is kept. Look at it, and send it again."


def keep(request: ConsoleRequest) -> str:
    """A token of what was sent; empty where it is too much."""
    typed = typed_in(request.form)
    payload = json.dumps([request.path, request.http.url.query, typed])
    if len(payload) > MAX_CHARACTERS:
        return ""
    return request.context.signer(PURPOSE).sign(payload)


def mark_of(token: str) -> str:
    """What tells a kept form from another of this browser; empty where it is too long to travel."""
    if not token or len(token) > MAX_KEPT_LENGTH:
        return ""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def brought_back(request: ConsoleRequest, mark: str) -> str:
    """The token that this browser held while its user was at a provider; empty without one."""
    token = request.http.cookies.get(request.state.cookies.kept, "")
    return token if mark and mark_of(token) == mark else ""


def show_again(request: ConsoleRequest, token: str) -> Response:
    """The page that a kept form stands on, with what was typed."""
    route, saved = _kept(request, token)
    if route.again is None:
        raise Conflict("this cannot be repeated; open the page again")
    trouble = Trouble(message=AGAIN, typed=typed_in(saved.form))
    return route.again(saved.with_trouble(trouble))


def send_on(request: ConsoleRequest, token: str) -> Response:
    """Do what a kept form asks for, now that its sender has proved to be themselves."""
    route, saved = _kept(request, token)
    try:
        return cast(Handler, route.handler)(saved)
    except errors.SHOWN_ON_FORM as error:
        if route.again is None:
            raise
        return route.again(saved.with_trouble(Trouble.of(error, saved.form)))


def resubmit_button(request: ConsoleRequest, signed_in: Response, token: str) -> Response:
    """A page whose one button sends a kept form on, in the session that has just begun.

    Args:
        signed_in: the response that sets the session's cookie.
    """
    cookie = signed_in.headers["set-cookie"].partition("=")[2].partition(";")[0]
    csrf = request.state.cookies.csrf_of(cookie)
    page = request.page("access/go-on.html", {"kept": token, "csrf": csrf})
    return _with_cookies(page, signed_in)


def _with_cookies(page: HTMLResponse, other: Response) -> HTMLResponse:
    for name, value in other.raw_headers:
        if name == b"set-cookie":
            page.raw_headers.append((name, value))
    return page


def _kept(request: ConsoleRequest, token: str) -> tuple[ConsoleRoute, ConsoleRequest]:
    """The route and the request of a kept form.

    Raises:
        TokenError: it was not made by this site.
        NotAllowed: this staff member may not send it.
    """
    path, query, typed = json.loads(request.context.signer(PURPOSE).read(token))
    route, parameters = route_at("POST", path)
    if isinstance(route.rule, Permission):
        request.require(route.rule)
    scope = {
        **request.http.scope,
        "path": f"{PREFIX}{path}",
        "query_string": query.encode(),
        "path_params": parameters,
    }
    items = [(name, value) for name, values in typed.items() for value in values]
    return route, request.at(Request(scope, request.http.receive), FormData(items))
