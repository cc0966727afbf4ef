"""Signing in by address and password, and signing out."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import staff
from newsletter.console.access.browser import (
    account_key,
    begin_session,
    network_key,
    safe_path,
)
from newsletter.console.frame.forms import FormErrors
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, form, page
from newsletter.staff import failures, passwords, store
from newsletter.staff.actors import VISITOR

WRONG = "The address or the password is not right. Nobody but you is told which."


class SignIn(BaseModel):
    """The form."""

    email: str = Field(min_length=1, max_length=320)
    password: str = Field(min_length=1, max_length=passwords.LONGEST)
    next: str = ""


def sign_in_page(request: ConsoleRequest) -> Response:
    """The form; whoever is signed in goes on."""
    wanted = request.query.get("next", "")
    if request.signed_in is not None:
        return request.redirect(safe_path(request, wanted))
    with request.database.read() as session:
        is_set_up = store.count_owners(session) > 0
    context = {"form": request.fields(next=wanted), "is_set_up": is_set_up}
    return request.page("access/sign-in.html", context)


def sign_in(request: ConsoleRequest) -> Response:
    """Check address and password; the same answer, after the same time, for unknown addresses."""
    given = request.read(SignIn)
    account, network = account_key(request, given.email), network_key(request)
    with request.database.read() as session:
        failures.refuse_too_many(session, account, network, request.now)
        member = store.by_email(session, given.email)
    stored = member.password_hash if member is not None and member.is_active else ""
    if not passwords.is_right(given.password, stored) or member is None:
        number = member.id if member is not None else None
        staff.refuse_sign_in(request.context, VISITOR, number, account=account, network=network)
        raise FormErrors({"password": WRONG}, "You are not signed in.")
    path = safe_path(request, given.next)
    return begin_session(request, member.id, account=account, path=path)


def sign_out(request: ConsoleRequest) -> Response:
    """End this session."""
    staff.sign_out(request.context, request.actor, request.member.session.id)
    response = request.redirect("/sign-in", "You are signed out.")
    request.state.cookies.end_session(response)
    return response


ROUTES = [
    page("/sign-in", Access.PUBLIC, sign_in_page),
    form("/sign-in", Access.PUBLIC, sign_in, again=sign_in_page, threads=Threads.SLOW),
    form("/sign-out", Access.SIGNED_IN, sign_out),
]
