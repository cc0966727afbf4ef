"""Inviting somebody by mail; where no mail can be sent, the link is shown."""

from pydantic import BaseModel, EmailStr, Field
from starlette.responses import Response

from newsletter.actions import staff
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.delivery.staff_mail import StaffMail
from newsletter.staff import store
from newsletter.staff.permissions import GRANTABLE, Permission, Role
from newsletter.staff.sign_in import links

ROLES = (
    (Role.OWNER, "Owner", "Everything, also settings, look and staff."),
    (Role.SENDER, "Sender", "Writes, approves and sends; sees and changes people."),
    (Role.EDITOR, "Editor", "Writes articles and drafts, edits the coming digest, can stop."),
    (Role.VIEWER, "Viewer", "Reads everything but people."),
)
GRANTS = (
    (Permission.PEOPLE, "Editors: see and change people one by one"),
    (Permission.BULK_PEOPLE, "Senders: import, export and erase people"),
)


class Invitation(BaseModel):
    """The form."""

    name: str = Field(min_length=1, max_length=100)
    email: EmailStr
    role: Role
    granted: tuple[Permission, ...] = ()


def invite_page(request: ConsoleRequest) -> Response:
    """The form."""
    context = {"form": request.fields(role=Role.EDITOR), "roles": ROLES, "grants": GRANTS}
    return request.page("staff/invite.html", context)


def invite(request: ConsoleRequest) -> Response:
    """Invite them, and mail them the link."""
    form = request.read(Invitation)
    number, link = staff.invite(
        request.context,
        request.actor,
        email=form.email,
        name=form.name,
        role=form.role,
        granted=usable_grants(form.role, form.granted),
    )
    return mail_link(request, number, link)


def mail_link(request: ConsoleRequest, number: int, link: int) -> Response:
    """Mail a member their link; where that cannot be done, the link is shown to be handed on."""
    site = request.config.site
    url = site.base_url + links.path(request.context.signer(links.PURPOSE), link)
    with request.database.read() as session:
        member = store.by_id(session, number)
    inviter = request.member.member.name
    mail = StaffMail(
        title=f"Your way into {site.name}",
        text=f"{inviter} has made you a link to the console of {site.name}. Open it, and choose "
        "a password. It works once; do not pass it on.",
        url=url,
        label="Open the console",
    )
    if request.context.mail_staff(mail, member.email):
        return request.redirect("/staff", f"A link is on its way to {member.email}.")
    return request.page("staff/link.html", {"member": member, "url": url})


def usable_grants(role: Role, granted: tuple[Permission, ...]) -> list[Permission]:
    """Those of the ticked permissions that can be granted to a role."""
    return [one for one in granted if one in GRANTABLE.get(role, frozenset())]


ROUTES = [
    page("/staff/invite", Permission.ADMINISTER, invite_page, needs_proof=True),
    form(
        "/staff/invite",
        Permission.ADMINISTER,
        invite,
        again=invite_page,
        threads=Threads.SLOW,
        needs_proof=True,
    ),
]
