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
from newsletter.console.frame.kept_forms import keep
from newsletter.console.frame.presentation.forms import Trouble
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, ConsoleRoute, Fragment, Handler, Threads
from newsletter.console.frame.screens import route_at
from newsletter.console.frame.sign_in_state import note_use, signed_in
from newsletter.console.frame.state import PREFIX, ConsoleState
from newsletter.errors import NewsletterError, NotAllowed
from newsletter.staff.permissions import Permission
from newsletter.staff.sign_in import session_rules

SIGN_IN = "/sign-in"
PROVE = "/prove"
LIVE_SECONDS = 2.0
Done = TypeVar("Done")
Endpoint = Callable[[Request], Awaitable[Response]]

NO_STORE = {"Cache-Control": "no-store"}
# Not 401, which needs a challenge of HTTP's own (RFC 9110, section 15.5.2).
UNAUTHORISED = 403


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
    found = signed_in(state, request.http, request.now)
    if found is None:
        return request
    if session_rules.is_seen_due(found.session, request.now):
        note_use(state, request.http, found)
    cookie = request.http.cookies[state.cookies.session]
    return replace(request, signed_in=found, cookie=cookie, csrf=state.cookies.csrf_of(cookie))


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
    before = _page_before(request, route)
    if route.method == "GET":
        if before:
            return _first_to(request, before)
        if route.is_live:
            return _live(request, cast(Fragment, route.handler))
        return await _run(request, route.threads, cast(Handler, route.handler))
    sent = request.with_form(await read_body(request.http, route.max_bytes))
    try:
        return await (_keep(sent, before) if before else _answer_form(sent, route))
    finally:
        await sent.form.close()


def _page_before(request: ConsoleRequest, route: ConsoleRoute) -> str:
    """The page that somebody has to pass first; empty where there is none.

    Raises:
        NotAllowed: the staff member does not have the permission.
    """
    if route.rule is Access.PUBLIC:
        return ""
    if request.signed_in is None:
        return SIGN_IN
    if isinstance(route.rule, Permission):
        request.actor.require(route.rule, f"{route.method} {PREFIX}{route.path}")
    is_fresh = session_rules.is_proof_fresh(request.signed_in.session, request.now)
    return PROVE if route.needs_proof and not is_fresh else ""


def _first_to(request: ConsoleRequest, path: str) -> Response:
    """To a page that leads back here."""
    url = request.http.url
    here = url.path + (f"?{url.query}" if url.query else "")
    return RedirectResponse(f"{request.url(path)}?next={quote(here)}", 303)


async def _keep(sent: ConsoleRequest, path: str) -> Response:
    """Ask the sender of a form who they are, and keep what they sent.

    A session that has ended still vouches for its forms: the browser holds its cookie.
    """
    cookies = sent.state.cookies
    given = str(sent.form.get("csrf", ""))
    cookie = sent.http.cookies.get(cookies.session, "")
    if not cookies.is_own_form(sent.http, given, cookies.csrf_of(cookie)):
        return _first_to(sent, path)
    route, _ = route_at("GET", path)
    kept = await _on_thread(sent.state, Threads.READ, partial(keep, sent))
    shown = cast(Handler, route.handler)
    response = await _run(sent.with_kept(kept), Threads.READ, shown)
    response.status_code = UNAUTHORISED
    cookies.set_kept(response, kept)
    return response


async def _answer_form(sent: ConsoleRequest, route: ConsoleRoute) -> Response:
    _check_forgery(sent)
    try:
        return await _run(sent, route.threads, cast(Handler, route.handler))
    except errors.MENDABLE as error:
        if route.again is None:
            raise
        again = sent.with_trouble(Trouble.of(error, sent.form))
        response = await _run(again, Threads.READ, route.again)
        response.status_code = errors.status(error)
        return response


def _check_forgery(request: ConsoleRequest) -> None:
    """
    Raises:
        NotAllowed: the form was not shown by this console to this browser.
    """
    given = request.form.get("csrf")
    cookies = request.state.cookies
    if not isinstance(given, str) or not cookies.is_own_form(request.http, given, request.csrf):
        raise NotAllowed(
            "this form was not sent from this console, or you have signed in again since it was "
            "opened; open the page again and send it once more"
        )


async def _run(request: ConsoleRequest, threads: Threads, handler: Handler) -> Response:
    return await _on_thread(request.state, threads, partial(handler, request))


async def _on_thread(state: ConsoleState, threads: Threads, work: Callable[[], Done]) -> Done:
    if threads is Threads.WRITE:
        return await state.write_threads.run(work)
    limiter = state.slow_threads if threads is Threads.SLOW else state.read_threads
    return await run_sync(work, limiter=limiter)


def _live(request: ConsoleRequest, fragment: Fragment) -> Response:
    headers = {**NO_STORE, "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, fragment), 200, headers, "text/event-stream")


async def _events(request: ConsoleRequest, fragment: Fragment) -> AsyncIterator[str]:
    """Server-sent events (HTML, section 9.2): the fragment whenever it differs, then "end"."""
    before = None
    while not await request.http.is_disconnected():
        found = await run_sync(partial(fragment, request), limiter=request.state.read_threads)
        if found is None:
            yield "event: end\ndata:\n\n"
            return
        if found != before:
            lines = "".join(f"data: {line}\n" for line in found.splitlines())
            yield f"event: part\n{lines}\n"
            before = found
        else:
            # A comment: proxies cut a connection that is silent for long.
            yield ":\n\n"
        await asyncio.sleep(LIVE_SECONDS)
