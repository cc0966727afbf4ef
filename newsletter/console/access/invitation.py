"""Taking an invitation, or getting in again, by a one-time link."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import staff
from newsletter.console.access.identification import begin_session, hashed_choice, link_in
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, form, page
from newsletter.staff import store
from newsletter.staff.sign_in import links
from newsletter.staff.sign_in.proofs import PasswordProof


class InvitationForm(BaseModel):
    """The form."""

    name: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1)


def invitation_page(request: ConsoleRequest) -> Response:
    """The form, behind a link that may still be used."""
    link, member = link_in(request, links.PURPOSE)
    context = {"form": request.fields(name=member.name), "member": member, "kind": link.kind}
    return request.page("access/invitation.html", context)


def accept_invitation(request: ConsoleRequest) -> Response:
    """Choose a name and a password; who has an authenticator then signs in with its code."""
    link, member = link_in(request, links.PURPOSE)
    form = request.read(InvitationForm)
    hashed = hashed_choice(form.password, member.email, form.name)
    staff.join(request.context, request.visitor, link.id, name=form.name, password_hash=hashed)
    if member.totp_secret:
        return request.redirect("/sign-in", "Your password is changed. Sign in with it.")
    with request.database.read() as session:
        member = store.by_id(session, member.id)
    return begin_session(request, member, PasswordProof(), path="/", message="Welcome.")


ROUTES = [
    page("/join/{token}", Access.PUBLIC, invitation_page),
    form(
        "/join/{token}",
        Access.PUBLIC,
        accept_invitation,
        again=invitation_page,
        threads=Threads.SLOW,
    ),
]
