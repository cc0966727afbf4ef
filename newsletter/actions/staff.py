"""Actions on staff: set-up, sign-in, sessions."""

from dataclasses import dataclass

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.errors import Conflict, ResourceNotFound
from newsletter.staff import failures, store
from newsletter.staff.account_models import StaffMember, StaffSession
from newsletter.staff.permissions import Permission, Role

KIND = "staff"


@dataclass(frozen=True, kw_only=True)
class Browser:
    """The browser that signs in."""

    token_hash: str
    """Of its new session cookie."""
    device: str
    network: str


@action(Permission.SIGN_IN)
def set_up(work: UnitOfWork[Context], *, email: str, name: str, password_hash: str) -> int:
    """Make the first owner; their number.

    Raises:
        Conflict: there is an owner.
    """
    if store.count_owners(work.session):
        raise Conflict("the console is set up; ask an owner to invite you")
    member = StaffMember(
        email=store.normalised(email),
        name=name,
        role=Role.OWNER,
        granted=[],
        password_hash=password_hash,
        invited_at=work.now,
        joined_at=work.now,
    )
    work.session.add(member)
    work.session.flush()
    work.about(KIND, member.id, role=Role.OWNER)
    return member.id


@action(Permission.SIGN_IN)
def sign_in(work: UnitOfWork[Context], member_id: int, browser: Browser, *, account: str) -> int:
    """Begin a session of a member who has proved to be themselves; its number.

    Args:
        account: what their failures are counted by; they are forgotten.

    Raises:
        Conflict: they may not sign in any more.
    """
    member = store.by_id(work.session, member_id)
    if not member.is_active:
        raise Conflict("this account has ended; ask an owner to open it again")
    failures.forget(work.session, account)
    begun = StaffSession(
        member_id=member_id,
        token_hash=browser.token_hash,
        started_at=work.now,
        seen_at=work.now,
        proved_at=work.now,
        device=browser.device,
        network=browser.network,
    )
    work.session.add(begun)
    work.session.flush()
    work.about(KIND, member_id, session=begun.id)
    return begun.id


@action(Permission.SIGN_IN)
def refuse_sign_in(
    work: UnitOfWork[Context], member_id: int | None, *, account: str, network: str
) -> None:
    """Count a sign-in that failed.

    Args:
        member_id: None where there is no such account.
        account: keyed hash of the address tried.
        network: keyed hash of the client's network.
    """
    failures.add(work.session, account, network, work.now)
    work.about(KIND, member_id or "unknown")


@action(Permission.SIGN_IN)
def see_session(work: UnitOfWork[Context], number: int, *, network: str) -> None:
    """Note that a session was used now; the session itself is the record of it.

    Raises:
        ResourceNotFound: it has ended.
    """
    found = store.session_by_id(work.session, number)
    found.seen_at, found.network = work.now, network
    work.skip_audit_line()


@action(Permission.OWN_ACCOUNT)
def sign_out(work: UnitOfWork[Context], number: int) -> None:
    """End a session of one's own.

    Raises:
        ResourceNotFound: it has ended, or is somebody else's.
    """
    found = store.session_by_id(work.session, number)
    if str(found.member_id) != work.actor.name:
        raise ResourceNotFound(f"there is no session {number} of yours")
    work.session.delete(found)
    work.about(KIND, found.member_id, session=number)
