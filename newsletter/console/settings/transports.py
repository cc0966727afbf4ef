"""The list of transports with their state, test mails, and registration of webhooks."""

import secrets
from time import sleep
from typing import Any

from pydantic import BaseModel, EmailStr
from starlette.responses import Response

from newsletter.actions import settings, test_mails
from newsletter.actions import transports as actions
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.console.staff import audit_words
from newsletter.delivery.limits.transport_health import is_resting, unhealthy
from newsletter.errors import ResourceNotFound
from newsletter.queries import audit
from newsletter.queries.settings import transports as queries
from newsletter.queries.settings.options import options
from newsletter.queries.settings.transport_options import name_of
from newsletter.staff.audit import Filters
from newsletter.staff.permissions import Permission

AT = "/transports/{name}"
LATEST = 5
# A running site has a new setting within two seconds, and SparkPost calls at once.
TAKEN_UP_SECONDS = 3
PASSWORD = "webhook_password"  # noqa: S105 - the name of an option


class TransportTestForm(BaseModel):
    """To whom a test goes."""

    to: EmailStr


def list_(request: ConsoleRequest) -> Response:
    """Every transport."""
    fresh = request.context.reread()
    views = list(queries.transports(fresh))
    with request.database.read() as session:
        troubles = unhealthy(session, [view.name for view in views])
    context = {
        "transports": [(view, *_state(request, view, troubles)) for view in views],
        "name_of": name_of,
        "usual": fresh.config.sending.transport,
        "routes": fresh.config.routes,
    }
    return request.page("settings/transports.html", context)


def show(request: ConsoleRequest) -> Response:
    """One transport."""
    return _page(request)


def send_test(request: ConsoleRequest) -> Response:
    """A real mail, and what the server said."""
    to, name = request.read(TransportTestForm).to, request.text("name")
    checks = test_mails.try_transport(request.context.reread(), request.actor, name, to)
    return _page(request, tests=checks, to=to)


def connect(request: ConsoleRequest) -> Response:
    """Have the provider tell us what became of mails, and keep what proves its calls."""
    name = request.text("name")
    if PASSWORD in _view(request).missing:
        made = {f"transports.{name}.{PASSWORD}": secrets.token_urlsafe(24)}
        settings.change(request.context, request.actor, made)
        sleep(TAKEN_UP_SECONDS)
    connected = actions.connect(request.context.reread(), request.actor, name)
    changes = {f"transports.{name}.{key}": value for key, value in connected.options.items()}
    if changes:
        settings.change(request.context, request.actor, changes)
    return request.redirect(f"/transports/{name}", ". ".join(connected.done))


def use(request: ConsoleRequest) -> Response:
    """Let all mail leave by it."""
    name = _view(request).name
    settings.change(request.context, request.actor, {"sending.transport": name})
    return request.redirect("/transports", f"From now on mail leaves by “{name}”.")


def remove(request: ConsoleRequest) -> Response:
    """Remove it, while no mail leaves by it."""
    name = _view(request).name
    settings.remove_transport(request.context, request.actor, name)
    return request.redirect("/transports", f"“{name}” is removed.")


def _page(request: ConsoleRequest, *, tests: Any = None, to: str = "") -> Response:
    view = _view(request)
    with request.database.read() as session:
        options_by_key = {one.key: one for one in options(session, request.context)}
        troubles = unhealthy(session, [view.name])
        about = Filters(subject=f"transport:{view.name}")
        lines = audit.page(session, about, limit=LATEST)
    entry = options_by_key.get(f"transports.{view.name}.kind")
    state, kind, reason = _state(request, view, troubles)
    context = {
        "view": view,
        "kind_name": name_of(view.kind),
        "state": state,
        "state_kind": kind,
        "reason": reason,
        "lines": lines,
        "words": audit_words,
        "is_locked": bool(entry and entry.is_locked),
        "is_usual": request.context.reread().config.sending.transport == view.name,
        "webhook": request.config.site.base_url + view.webhook if view.webhook else "",
        "tests": tests,
        "to": to,
        "form": request.fields(to=to or request.member.member.email),
    }
    return request.page("settings/transport_page.html", context)


def _view(request: ConsoleRequest) -> queries.TransportView:
    name = request.text("name")
    views = {view.name: view for view in queries.transports(request.context.reread())}
    if name not in views:
        raise ResourceNotFound(f"there is no transport {name}")
    return views[name]


def _state(
    request: ConsoleRequest, view: queries.TransportView, troubles: Any
) -> tuple[str, str, str]:
    """Its state in words, the look of the badge, and why."""
    trouble = troubles.get(view.name)
    if view.problem:
        return "Cannot be used", "bad", view.problem
    if trouble is None:
        return "In order", "good", ""
    if trouble.refuses_us:
        return "Refuses us", "bad", trouble.reason
    if is_resting(trouble, request.now):
        return "Rests", "wait", trouble.reason
    return "Is tried again", "wait", trouble.reason


ROUTES = [
    page("/transports", Permission.ADMINISTER, list_),
    page(AT, Permission.ADMINISTER, show),
    form(f"{AT}/test", Permission.ADMINISTER, send_test, again=show, threads=Threads.SLOW),
    form(f"{AT}/connect", Permission.ADMINISTER, connect, again=show, threads=Threads.SLOW),
    form(f"{AT}/remove", Permission.ADMINISTER, remove, again=show),
    form(f"{AT}/use", Permission.ADMINISTER, use, again=show),
]
