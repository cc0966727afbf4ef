"""The way of every request: who makes it, whether they may, what they sent, what is answered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar, cast
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from newsletter.console.frame import errors
from newsletter.console.frame.bodies import read_body
from newsletter.console.frame.cookies import new_token
from newsletter.console.frame.presentation.flash import Flash, FlashKind
from newsletter.console.frame.presentation.forms import Trouble, typed_in
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import (
    MAX_FORM_BYTES,
    Access,
    ConsoleRoute,
    Fragment,
    Handler,
    Threads,
)
from newsletter.console.frame.saved_forms import keep
from newsletter.console.frame.screens import route_at
from newsletter.console.frame.sign_in_state import note_use, signed_in
from newsletter.console.frame.state import ConsoleState
from newsletter.errors import NewsletterError, NotAllowed
from newsletter.staff.permissions import Permission
from newsletter.staff.sign_in import session_rules

SIGN_IN = "/sign-in"
PROVE = "/prove"
LIVE_SECONDS = 2.0
SIGNED_IN_ANEW = (
    "You have signed in again since this page was opened, and nothing was done yet. What you had "
    "typed is kept: look at it, and send it again."
)
Done = TypeVar("Done")
Endpoint = Callable[[Request], Awaitable[Response]]

NO_STORE = {"Cache-Control": "no-store"}
# Not 401, which needs a challenge of HTTP's own (RFC 9110, section 15.5.2).
FORBIDDEN = 403


def endpoint(state: ConsoleState, route: ConsoleRoute) -> Endpoint:
    """What Starlette calls for a route."""

    async def answer(http: Request) -> Response:
        request = _visitor(state, http)
        try:
            request = await _on_thread(state, Threads.READ, partial(_recognised, request))
            response = await _answer(request, route)
        except NewsletterError as error:
            response = await _on_thread(
                state, Threads.READ, partial(errors.known_error, request, error)
            )
        except Exception as error:  # noqa: BLE001 - logged, and shown as a page
            response = await _on_thread(
                state, Threads.READ, partial(errors.unexpected, request, error)
            )
        _finish(request, response)
        return response

    return answer


def _visitor(state: ConsoleState, http: Request) -> ConsoleRequest:
    """The request before its session is looked up."""
    # A visitor's first page brings the cookie that the forms of that page are bound to.
    cookie = http.cookies.get(state.cookies.visitor, "") or new_token()
    return ConsoleRequest(
        http=http,
        state=state,
        signed_in=None,
        now=state.services.clock.now(),
        cookie=cookie,
        csrf=state.cookies.csrf_of(cookie),
        flash=state.flashes.take(http) if http.method == "GET" else None,
    )


def _recognised(request: ConsoleRequest) -> ConsoleRequest:
    """The request with its session, if there is one."""
    state = request.state
    signed = signed_in(state, request.http, request.now)
    if signed is None:
        return request
    if session_rules.is_seen_due(signed.session, request.now):
        note_use(state, request.http, signed)
    cookie = request.http.cookies[state.cookies.session]
    return replace(request, signed_in=signed, cookie=cookie, csrf=state.cookies.csrf_of(cookie))


def _finish(request: ConsoleRequest, response: Response) -> None:
    """Headers and cookies of every response."""
    state = request.state
    for name, value in NO_STORE.items():
        response.headers.setdefault(name, value)
    if request.signed_in is None and not request.http.cookies.get(state.cookies.visitor):
        state.cookies.set_visitor(response, request.cookie)
    if request.flash is not None and response.headers.get("content-type", "").startswith("text/h"):
        state.flashes.clear(response)


async def _answer(request: ConsoleRequest, route: ConsoleRoute) -> Response:
    step = _required_step(request, route)
    if route.method == "GET":
        if step:
            return _redirect_to_step(request, step)
        if route.is_live:
            return _live(request, route)
        return await _run(request, route.threads, cast(Handler, route.handler))
    # Nobody fills the disk who is not signed in.
    most = min(route.max_bytes, MAX_FORM_BYTES) if step == SIGN_IN else route.max_bytes
    try:
        sent = request.with_form(await read_body(request.http, most))
    except errors.TooLarge:
        if step != SIGN_IN:
            raise
        return _redirect_to_step(request, step)
    try:
        if step == SIGN_IN:
            return await _require_sign_in(sent)
        if not _is_own_form(sent):
            return await _show_anew(sent, route)
        return await (_keep(sent, step) if step else _answer_form(sent, route))
    finally:
        await sent.form.close()


def _required_step(request: ConsoleRequest, route: ConsoleRoute) -> str:
    """The page that somebody has to pass first; empty where there is none.

    Raises:
        NotAllowed: the staff member does not have the permission.
    """
    if route.rule is Access.PUBLIC:
        return ""
    if request.signed_in is None:
        return SIGN_IN
    if isinstance(route.rule, Permission):
        request.require(route.rule)
    is_fresh = session_rules.is_proof_fresh(request.signed_in.session, request.now)
    return PROVE if route.needs_proof and not is_fresh else ""


def _redirect_to_step(request: ConsoleRequest, path: str) -> Response:
    """To a page that leads back here."""
    url = request.http.url
    here = url.path + (f"?{url.query}" if url.query else "")
    return RedirectResponse(f"{request.url(path)}?next={quote(here)}", 303)


async def _require_sign_in(sent: ConsoleRequest) -> Response:
    """Have the sender of a form sign in, and keep what they sent: it is only shown again then.

    A session that has ended still vouches for its forms: the browser holds its cookie. Whoever has
    signed out in another window has none, so there the browser has to.
    """
    cookies = sent.state.cookies
    token = str(sent.form.get("csrf", ""))
    cookie = sent.http.cookies.get(cookies.session, "")
    is_ours = cookies.is_own_form(sent.http, token, cookies.csrf_of(cookie))
    if is_ours or cookies.is_from_own_page(sent.http):
        return await _keep(sent, SIGN_IN)
    return _redirect_to_step(sent, SIGN_IN)


async def _keep(sent: ConsoleRequest, path: str) -> Response:
    """The page that somebody has to pass first, with what they sent kept in it."""
    route, _ = route_at("GET", path)
    mark = await _on_thread(sent.state, Threads.READ, partial(keep, sent))
    shown = cast(Handler, route.handler)
    response = await _run(sent.with_kept(mark), Threads.READ, shown)
    response.status_code = FORBIDDEN
    sent.state.cookies.set_kept(response, mark)
    return response


async def _answer_form(sent: ConsoleRequest, route: ConsoleRoute) -> Response:
    try:
        return await _run(sent, route.threads, cast(Handler, route.handler))
    except errors.SHOWN_ON_FORM as error:
        if route.again is None:
            raise
        errors.log_fault(sent, error)
        return await _again(sent, route, Trouble.of(error, sent.form), errors.status(error))


def _is_own_form(request: ConsoleRequest) -> bool:
    """Whether a form was shown by this console to this browser, in this session."""
    token = str(request.form.get("csrf", ""))
    return request.state.cookies.is_own_form(request.http, token, request.csrf)


async def _show_anew(sent: ConsoleRequest, route: ConsoleRoute) -> Response:
    """Do nothing; show a form of a page from before this session again, with what was typed.

    Raises:
        NotAllowed: it may have come from elsewhere, or stands on no page of its own.
    """
    if route.again is None or not sent.state.cookies.is_from_own_page(sent.http):
        raise NotAllowed(
            "this form was not sent from this console, or you have signed in again since it was "
            "opened; open the page again and send it once more"
        )
    return await _again(sent, route, Trouble(message=SIGNED_IN_ANEW, typed=typed_in(sent.form)))


async def _again(
    sent: ConsoleRequest, route: ConsoleRoute, trouble: Trouble, status: int = FORBIDDEN
) -> Response:
    """The page of a form with what is wrong, and what was typed."""
    response = await _run(sent.with_trouble(trouble), Threads.READ, cast(Handler, route.again))
    if isinstance(response, RedirectResponse):
        # That page is not there any more, such as what was sent meanwhile; the next tells why.
        sent.state.flashes.put(response, Flash(text=trouble.message, kind=FlashKind.ERROR))
    else:
        response.status_code = status
    return response


async def _run(request: ConsoleRequest, threads: Threads, handler: Handler) -> Response:
    return await _on_thread(request.state, threads, partial(handler, request))


async def _on_thread(state: ConsoleState, threads: Threads, work: Callable[[], Done]) -> Done:
    if threads is Threads.WRITE:
        return await state.write_threads.run(work)
    limiter = state.slow_threads if threads is Threads.SLOW else state.read_threads
    return await run_sync(work, limiter=limiter)


def _live(request: ConsoleRequest, route: ConsoleRoute) -> Response:
    headers = {**NO_STORE, "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, route), 200, headers, "text/event-stream")


async def _events(request: ConsoleRequest, route: ConsoleRoute) -> AsyncIterator[str]:
    """Server-sent events (HTML, section 9.2): the fragment whenever it differs, then "end"."""
    before = None
    while not await request.http.is_disconnected():
        answer = await run_sync(partial(_part, request, route), limiter=request.state.read_threads)
        if answer is None:
            yield "event: end\ndata:\n\n"
            return
        if answer != before:
            lines = "".join(f"data: {line}\n" for line in answer.splitlines())
            yield f"event: part\n{lines}\n"
            before = answer
        else:
            # A comment: proxies cut a connection that is silent for long.
            yield ":\n\n"
        await asyncio.sleep(LIVE_SECONDS)


def _part(request: ConsoleRequest, route: ConsoleRoute) -> str | None:
    """The fragment; None at its end, and once whoever looks may look no more."""
    now = request.context.clock.now()
    current = replace(request, signed_in=signed_in(request.state, request.http, now), now=now)
    try:
        is_over = bool(_required_step(current, route))
    except NotAllowed:
        return None
    return None if is_over else cast(Fragment, route.handler)(current)
