"""One's own account: how one signs in, and where one is signed in."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import credentials, sessions
from newsletter.console.access.identification import hashed_choice
from newsletter.console.frame.presentation.words import counted
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, form, page
from newsletter.staff import store


class NewPassword(BaseModel):
    """The form."""

    password: str = Field(min_length=1)


def account(request: ConsoleRequest) -> Response:
    """Password, authenticator, passkeys and sessions."""
    member = request.member.member
    with request.database.read() as session:
        context = {
            "form": request.fields(),
            "passkeys": store.passkeys_of(session, member.id),
            "codes_mark": store.recovery_codes_mark(session, member.id),
            "codes_left": store.count_recovery_codes(session, member.id),
            "sessions": store.sessions_of(session, member.id),
        }
    return request.page("account/account.html", context)


def password_page(request: ConsoleRequest) -> Response:
    """The form of a new password."""
    return request.page("account/password.html", {"form": request.fields()})


def change_password(request: ConsoleRequest) -> Response:
    """Choose another password; the sessions of other browsers end."""
    form, member = request.read(NewPassword), request.member.member
    hashed = hashed_choice(form.password, member.email, member.name)
    here = request.member.session.id
    credentials.change_password(request.context, request.actor, hashed, session=here)
    return request.redirect("/account", "Your password is changed. You are signed out elsewhere.")


def end_session(request: ConsoleRequest) -> Response:
    """Sign out in one other browser."""
    sessions.end(request.context, request.actor, request.number())
    return request.redirect("/account", "Signed out there.")


def end_other_sessions(request: ConsoleRequest) -> Response:
    """Sign out everywhere else."""
    here = request.member.session.id
    count = sessions.end_others(request.context, request.actor, here)
    return request.redirect("/account", f"Signed out of {counted(count, 'other browser')}.")


ROUTES = [
    page("/account", Access.SIGNED_IN, account),
    page("/account/password", Access.SIGNED_IN, password_page, needs_proof=True),
    form(
        "/account/password",
        Access.SIGNED_IN,
        change_password,
        again=password_page,
        threads=Threads.SLOW,
        needs_proof=True,
    ),
    form("/account/sessions/{number:int}/end", Access.SIGNED_IN, end_session, again=account),
    form("/account/sessions/end", Access.SIGNED_IN, end_other_sessions, again=account),
]
