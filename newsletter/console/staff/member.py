"""One staff member: role, sessions, a link to get in, the end of their access."""

from pydantic import BaseModel
from starlette.responses import Response

from newsletter.actions import staff
from newsletter.console.frame.presentation.flash import FlashKind
from newsletter.console.frame.presentation.words import counted
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.console.staff import audit_words
from newsletter.console.staff.invite import GRANTS, ROLES, mail_link, usable_grants
from newsletter.queries import audit
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.audit import Filters
from newsletter.staff.permissions import Permission, Role

AT = "/staff/{number:int}"
LINES = 10


class NewRole(BaseModel):
    """The form."""

    role: Role
    granted: tuple[Permission, ...] = ()


def member_page(request: ConsoleRequest) -> Response:
    """What they may do, where they are signed in, and what they did."""
    number = request.number()
    with request.database.read() as session:
        member = store.by_id(session, number)
        context = {
            "member": member,
            "form": request.fields(role=member.role, granted=member.granted),
            "sessions": store.sessions_of(session, number),
            "ways": ways_to_sign_in(member, len(store.passkeys_of(session, number))),
            "lines": audit.page(session, Filters(actor=f"staff:{number}"), limit=LINES),
            "words": audit_words,
            "roles": ROLES,
            "grants": GRANTS,
        }
    return request.page("staff/member.html", context)


def ways_to_sign_in(member: StaffMember, passkeys: int) -> list[str]:
    """In words."""
    password = ["password"] if member.password_hash else []
    authenticator = ["authenticator"] if member.totp_secret else []
    return password + authenticator + ([counted(passkeys, "passkey")] if passkeys else [])


def change_role(request: ConsoleRequest) -> Response:
    """Change what they may do."""
    form = request.read(NewRole)
    granted = usable_grants(form.role, form.granted)
    staff.change_role(request.context, request.actor, request.number(), form.role, granted)
    return _back(request, "Saved. It counts from now on, also where they are signed in.")


def end(request: ConsoleRequest) -> Response:
    """End their access, sessions and the API keys that they made."""
    number = request.number()
    ended = staff.end(request.context, request.actor, number)
    words = f"Their access has ended, and {counted(ended.sessions, 'session')} with it."
    if ended.keys:
        words += f" Revoked, as they know them: {counted(ended.keys, 'API key')}."
    return request.redirect(f"/staff/{number}", words, undo=f"/staff/{number}/reopen")


def reopen(request: ConsoleRequest) -> Response:
    """Let them in again."""
    staff.reopen(request.context, request.actor, request.number())
    return _back(request, "They may sign in again.")


def end_sessions(request: ConsoleRequest) -> Response:
    """Sign them out everywhere."""
    count = staff.end_sessions(request.context, request.actor, request.number())
    return _back(request, f"Ended: {counted(count, 'session')}.")


def end_session(request: ConsoleRequest) -> Response:
    """Sign them out in one browser."""
    only = request.number("session")
    staff.end_sessions(request.context, request.actor, request.number(), only=only)
    return _back(request, "They are signed out there.")


def make_link(request: ConsoleRequest) -> Response:
    """Mail them a link to get in."""
    number = request.number()
    link = staff.make_link(request.context, request.actor, number)
    return mail_link(request, number, link)


def reset(request: ConsoleRequest) -> Response:
    """Remove their second factors, for one who has lost them."""
    staff.reset(request.context, request.actor, request.number())
    return _back(request, "Their authenticator and passkeys are removed.", kind=FlashKind.WARNING)


def _back(request: ConsoleRequest, message: str, *, kind: FlashKind = FlashKind.DONE) -> Response:
    return request.redirect(f"/staff/{request.number()}", message, kind=kind)


ROUTES = [
    page(AT, Permission.ADMINISTER, member_page),
    *(
        form(
            f"{AT}/{name}",
            Permission.ADMINISTER,
            handler,
            again=member_page,
            threads=threads,
            needs_proof=True,
        )
        for name, handler, threads in (
            ("role", change_role, Threads.WRITE),
            ("end", end, Threads.WRITE),
            ("reopen", reopen, Threads.WRITE),
            ("sessions/end", end_sessions, Threads.WRITE),
            ("sessions/{session:int}/end", end_session, Threads.WRITE),
            ("link", make_link, Threads.SLOW),
            ("reset", reset, Threads.WRITE),
        )
    ),
]
