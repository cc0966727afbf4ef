"""`newsletter staff`: who works in the console, for the operator, and for whoever is locked out."""

import click

from newsletter.actions import staff as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.delivery.staff_mail import StaffMail
from newsletter.editions.dates import clock_time
from newsletter.errors import Conflict, ResourceNotFound
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.permissions import GRANTABLE, Permission, Role
from newsletter.staff.sign_in import links, setup_link

ROLE = click.Choice([str(role) for role in Role])
GRANTS = sorted({str(one) for granted in GRANTABLE.values() for one in granted})


@click.group()
def staff() -> None:
    """See and change who works in the console."""


@staff.command()
@pass_program
def setup(program: Invocation) -> None:
    """Print the link by which the first owner sets the console up.

    `newsletter serve` prints it too, as long as there is no owner.
    """
    if not (link := setup_link_of(program)):
        raise Conflict(
            "there is an owner already, or one is invited; newsletter staff link gives them a link"
        )
    program.say(link)


def setup_link_of(program: Invocation) -> str:
    """The address by which the first owner sets the console up; empty where there is one."""
    app = program.app
    with app.database.read() as session:
        # An owner who is invited has a link of their own.
        if any(one.role is Role.OWNER and not one.ended_at for one in store.members(session)):
            return ""
    token = setup_link.make(app.signer(setup_link.PURPOSE), app.clock.now())
    return f"{app.config.site.base_url}{setup_link.path(token)}"


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_(program: Invocation, as_json: bool) -> None:
    """List everybody, those whose access has ended last."""
    with program.database.read() as session:
        members, seen = store.members(session), store.last_seen(session)
    rows = [
        {
            "number": one.id,
            "name": one.name,
            "email": one.email,
            "role": str(one.role),
            "granted": ", ".join(one.granted),
            "state": one.state,
            "last_seen": seen.get(one.id),
        }
        for one in members
    ]
    if as_json:
        print_json(program, rows)
        return
    zone = program.config.site.timezone
    for row, one in zip(rows, members, strict=True):
        row["last_seen"] = clock_time(seen[one.id], zone) if one.id in seen else ""
    columns = ("number", "name", "email", "role", "granted", "state", "last_seen")
    table = [[row[column] for column in columns] for row in rows]
    print_table(program, columns, table, "There is nobody; see: newsletter staff setup")


@staff.command()
@click.argument("email")
@click.option("--name", default="", help="Their name; otherwise they are asked for it.")
@click.option("--role", type=ROLE, default=str(Role.EDITOR), show_default=True)
@click.option("--grant", "granted", multiple=True, type=click.Choice(GRANTS))
@pass_program
def add(program: Invocation, email: str, name: str, role: str, granted: tuple[str, ...]) -> None:
    """Add somebody, and print the link by which they join; no mail is sent."""
    _, link = _invited(program, email, name, role, granted)
    program.say(_url(program, link))


@staff.command()
@click.argument("email")
@click.option("--name", default="", help="Their name; otherwise they are asked for it.")
@click.option("--role", type=ROLE, default=str(Role.EDITOR), show_default=True)
@click.option("--grant", "granted", multiple=True, type=click.Choice(GRANTS))
@pass_program
def invite(program: Invocation, email: str, name: str, role: str, granted: tuple[str, ...]) -> None:
    """Invite somebody by mail; where none can be sent, the link is printed."""
    _, link = _invited(program, email, name, role, granted)
    site, url = program.config.site, _url(program, link)
    mail = StaffMail(
        title=f"Your way into {site.name}",
        text=f"You are invited to the console of {site.name}. Open this link, and choose a "
        "password. It works once; do not pass it on.",
        url=url,
        label="Open the console",
    )
    if program.app.mail_staff(mail, email):
        program.say(f"A link is on its way to {email}.")
    else:
        program.say(f"No mail could be sent. Hand this link on yourself: {url}")


@staff.command()
@click.argument("email")
@pass_program
def link(program: Invocation, email: str) -> None:
    """Print a link by which somebody gets in again and chooses another password.

    It is good for two hours (an invitation: a week), and ends those from before.
    """
    number = actions.make_link(program.app, program.actor, _member(program, email).id)
    program.say(_url(program, number))


@staff.command()
@click.argument("email")
@click.argument("role", type=ROLE)
@click.option("--grant", "granted", multiple=True, type=click.Choice(GRANTS))
@pass_program
def role(program: Invocation, email: str, role: str, granted: tuple[str, ...]) -> None:
    """Change somebody's role, and what is granted beyond it."""
    member = _member(program, email)
    grants = [Permission(name) for name in granted]
    actions.change_role(program.app, program.actor, member.id, Role(role), grants)
    program.say(f"{member.name} is now {role}.")


@staff.command()
@click.argument("email")
@pass_program
def end(program: Invocation, email: str) -> None:
    """End somebody's access, sessions and the API keys that they made, at once."""
    member = _member(program, email)
    ended = actions.end(program.app, program.actor, member.id)
    program.say(
        f"The access of {member.name} has ended; sessions ended: {ended.sessions}; "
        f"API keys revoked: {ended.keys}."
    )


@staff.command()
@click.argument("email")
@pass_program
def reopen(program: Invocation, email: str) -> None:
    """Let somebody in again whose access had ended."""
    member = _member(program, email)
    actions.reopen(program.app, program.actor, member.id)
    program.say(f"{member.name} may sign in again.")


@staff.command()
@click.argument("email")
@pass_program
def reset(program: Invocation, email: str) -> None:
    """Remove somebody's authenticator, recovery codes and passkeys; their sessions end."""
    member = _member(program, email)
    actions.reset(program.app, program.actor, member.id)
    program.say(f"{member.name} signs in by password alone.")


@staff.command()
@click.argument("email")
@click.option("--end", "end_all", is_flag=True, help="End them all.")
@pass_program
def sessions(program: Invocation, email: str, end_all: bool) -> None:
    """List somebody's sessions, or end them all."""
    member = _member(program, email)
    if end_all:
        ended = actions.end_sessions(program.app, program.actor, member.id)
        program.say(f"Sessions ended: {ended}.")
        return
    zone = program.config.site.timezone
    with program.database.read() as session:
        sessions = store.sessions_of(session, member.id)
    columns = ("device", "network", "since", "last used")
    rows = [
        (one.device, one.network, clock_time(one.started_at, zone), clock_time(one.seen_at, zone))
        for one in sessions
    ]
    print_table(program, columns, rows, f"{member.name} is signed in nowhere.")


def _invited(
    program: Invocation, email: str, name: str, role: str, granted: tuple[str, ...]
) -> tuple[int, int]:
    return actions.invite(
        program.app,
        program.actor,
        email=email,
        name=name or email.partition("@")[0],
        role=Role(role),
        granted=[Permission(one) for one in granted],
    )


def _member(program: Invocation, email: str) -> StaffMember:
    with program.database.read() as session:
        member = store.by_email(session, email)
    if member is None:
        raise ResourceNotFound(f"nobody in the console has the address {email}")
    return member


def _url(program: Invocation, link_number: int) -> str:
    path = links.path(program.app.signer(links.PURPOSE), link_number)
    return f"{program.config.site.base_url}{path}"
