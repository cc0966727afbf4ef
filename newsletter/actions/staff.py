"""Actions on staff members: the first owner, invitations, roles, the end of access."""

from collections.abc import Collection
from dataclasses import dataclass

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.database import take_turn
from newsletter.editions.approvals import store as approvals
from newsletter.errors import Conflict, InvalidInput
from newsletter.staff import api_keys, store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.actors import staff_member
from newsletter.staff.permissions import GRANTABLE, Permission, Role, StaffLinkKind
from newsletter.staff.sign_in import links

KIND = "staff"
# Whose turn it is to change how many owners there are.
OWNERS = "owners"
LAST_OWNER = "this is the last owner; make somebody else an owner first"


@dataclass(frozen=True, kw_only=True)
class EndedAccess:
    """What ended with somebody's access."""

    sessions: int
    keys: int
    """API keys that they had made, and so have seen."""


@action(Permission.SIGN_IN)
def set_up(work: UnitOfWork[Context], *, email: str, name: str, password_hash: str) -> int:
    """Make the first owner; their number.

    Raises:
        Conflict: there is an owner.
    """
    take_turn(work.session, OWNERS)
    if store.count_owners(work.session):
        raise Conflict("the console is set up; ask an owner to invite you")
    member = store.by_email(work.session, email) or StaffMember(
        email=store.normalised(email), granted=[], invited_at=work.now
    )
    member.name, member.role, member.password_hash = name, Role.OWNER, password_hash
    member.joined_at, member.ended_at = work.now, None
    work.session.add(member)
    work.session.flush()
    work.about(KIND, member.id, role=Role.OWNER)
    return member.id


@action(Permission.ADMINISTER)
def invite(
    work: UnitOfWork[Context],
    *,
    email: str,
    name: str,
    role: Role,
    granted: Collection[Permission] = (),
) -> tuple[int, int]:
    """Invite somebody, or invite them again; the numbers of the member and of the link.

    Raises:
        Conflict: they work here already.
        InvalidInput: the role cannot be granted this.
    """
    _check_grants(role, granted)
    member = store.by_email(work.session, email)
    if member is not None and member.joined_at is not None:
        hint = "open it again in the list" if member.ended_at else "change their role there"
        raise Conflict(f"there is an account with this address already; {hint}")
    if member is None:
        member = StaffMember(email=store.normalised(email), invited_at=work.now)
    member.name, member.role, member.invited_at = name, role, work.now
    member.granted, member.ended_at = sorted(granted), None
    work.session.add(member)
    work.session.flush()
    link = links.issue(work.session, member.id, StaffLinkKind.INVITATION, work.now)
    work.about(KIND, member.id, role=role, granted=sorted(granted))
    return member.id, link


@action(Permission.SIGN_IN)
def join(work: UnitOfWork[Context], link_number: int, *, name: str, password_hash: str) -> int:
    """Use a one-time link: choose name and password; the member's number.

    Raises:
        TokenSpent: the link was used, or has ended.
        Conflict: the account has ended.
    """
    member = store.lock_holder(work.session, link_number)
    link = links.usable(work.session, link_number, work.now)
    if member.ended_at is not None:
        raise Conflict("this account has ended; ask an owner to open it again")
    member.name, member.password_hash = name, password_hash
    member.joined_at = member.joined_at or work.now
    store.spend_links(work.session, member.id, work.now)
    ended = store.end_sessions(work.session, member.id)
    work.about(KIND, member.id, link=link.kind, sessions=ended)
    return member.id


@action(Permission.ADMINISTER)
def make_link(work: UnitOfWork[Context], number: int) -> int:
    """Make a one-time link by which a member gets in and chooses a password; its number.

    Raises:
        Conflict: the account has ended.
    """
    member = store.lock(work.session, number)
    if member.ended_at is not None:
        raise Conflict("this account has ended; open it again first")
    kind = StaffLinkKind.SIGN_IN if member.joined_at else StaffLinkKind.INVITATION
    work.about(KIND, number, link=kind)
    return links.issue(work.session, number, kind, work.now)


@action(Permission.ADMINISTER)
def change_role(
    work: UnitOfWork[Context],
    number: int,
    role: Role,
    granted: Collection[Permission] = (),
) -> None:
    """Change what a member may do; at once, in all their sessions.

    Raises:
        Conflict: they are the last owner.
        InvalidInput: the role cannot be granted this.
    """
    _check_grants(role, granted)
    member = store.lock(work.session, number)
    if member.role is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(work, member)
    if (member.role, set(member.granted)) == (role, set(granted)):
        work.skip_audit_line()
    member.role, member.granted = role, sorted(granted)
    changed = staff_member(number, role, granted)
    if Permission.SEND not in changed.permissions:
        approvals.withdraw(work.session, str(changed))
    work.about(KIND, number, role=role, granted=sorted(granted))


@action(Permission.ADMINISTER)
def end(work: UnitOfWork[Context], number: int) -> EndedAccess:
    """End a member's access, sessions and the API keys that they made, at once.

    What they approved and still waits for others counts no more.

    Raises:
        Conflict: they are the last owner, or it has ended already.
    """
    member = store.lock(work.session, number)
    if member.ended_at is not None:
        raise Conflict("this access has ended already")
    _keep_an_owner(work, member)
    member.ended_at = work.now
    store.spend_links(work.session, number, work.now)
    actor = str(staff_member(number, member.role))
    ended = EndedAccess(
        sessions=store.end_sessions(work.session, number),
        keys=api_keys.revoke_all_of(work.session, actor, work.now),
    )
    approvals.withdraw(work.session, actor)
    work.about(KIND, number, sessions=ended.sessions, keys_revoked=ended.keys)
    return ended


@action(Permission.ADMINISTER)
def reopen(work: UnitOfWork[Context], number: int) -> None:
    """Let a member in again whose access had ended; they sign in as before.

    Raises:
        Conflict: it has not ended.
    """
    member = store.lock(work.session, number)
    if member.ended_at is None:
        raise Conflict("this access has not ended")
    member.ended_at = None
    work.about(KIND, number)


@action(Permission.ADMINISTER)
def end_sessions(work: UnitOfWork[Context], number: int, *, only: int | None = None) -> int:
    """End the sessions of a member; how many.

    Args:
        only: the number of the one that ends; None: all.

    Raises:
        ResourceNotFound: there is no such member.
    """
    member = store.by_id(work.session, number)
    ended = store.end_sessions(work.session, member.id, only=only)
    work.about(KIND, number, sessions=ended)
    if not ended:
        work.skip_audit_line()
    return ended


@action(Permission.ADMINISTER)
def reset(work: UnitOfWork[Context], number: int) -> None:
    """Remove a member's authenticator, recovery codes and passkeys, and end their sessions.

    Raises:
        ResourceNotFound: there is no such member.
    """
    member = store.lock(work.session, number)
    member.totp_secret, member.totp_step = "", None
    store.replace_recovery_codes(work.session, number, ())
    store.forget_passkeys(work.session, number)
    ended = store.end_sessions(work.session, number)
    work.about(KIND, number, sessions=ended)


def _keep_an_owner(work: UnitOfWork[Context], member: StaffMember) -> None:
    if member.role is not Role.OWNER or not member.is_active:
        return
    take_turn(work.session, OWNERS)
    if store.count_owners(work.session) == 1:
        raise Conflict(LAST_OWNER)


def _check_grants(role: Role, granted: Collection[Permission]) -> None:
    beyond = set(granted) - GRANTABLE.get(role, frozenset())
    if beyond:
        names = ", ".join(sorted(beyond))
        raise InvalidInput(f"the role {role} cannot be granted: {names}")
