"""Actions on sessions of the console: begin, refuse, use, prove again, end."""

from dataclasses import dataclass

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.errors import Conflict, ResourceNotFound
from newsletter.staff import store
from newsletter.staff.account_models import StaffSession
from newsletter.staff.permissions import Permission
from newsletter.staff.sign_in import failures, session_rules
from newsletter.staff.sign_in.proofs import Proof, consume_proof

KIND = "staff"


@dataclass(frozen=True, kw_only=True)
class Browser:
    """The browser that signs in."""

    token_hash: str
    """Of its new session cookie."""
    device: str
    network: str


@action(Permission.SIGN_IN)
def begin(
    work: UnitOfWork[Context], member_id: int, browser: Browser, proof: Proof, *, account: str
) -> int:
    """Begin a session of a member who has proved to be themselves; its number.

    Args:
        account: what their failures are counted by; they are forgotten.

    Raises:
        Conflict: they may not sign in any more.
        InvalidInput: the code is wrong or used.
    """
    member = store.lock(work.session, member_id)
    if not member.is_active:
        raise Conflict("this account has ended; ask an owner to open it again")
    by = consume_proof(work.session, member, proof, work.context.secret, work.now)
    failures.forget(work.session, account)
    store.forget_ended(
        work.session,
        seen_before=work.now - session_rules.IDLE,
        started_before=work.now - session_rules.LIFETIME,
    )
    new_session = StaffSession(
        member_id=member_id,
        token_hash=browser.token_hash,
        started_at=work.now,
        seen_at=work.now,
        proved_at=work.now,
        device=browser.device,
        network=browser.network,
    )
    work.session.add(new_session)
    work.session.flush()
    work.about(KIND, member_id, session=new_session.id, by=by)
    return new_session.id


@action(Permission.SIGN_IN)
def attempt(work: UnitOfWork[Context], *, account: str, network: str) -> int:
    """Count an attempt to sign in, or to prove oneself, before it is looked at; its number.

    Args:
        account: keyed hash of the address tried.
        network: keyed hash of the client's network.

    Raises:
        TooManyAttempts: too many have failed.
    """
    work.skip_audit_line()
    return failures.reserve(work.session, account, network, work.now)


@action(Permission.SIGN_IN)
def refund(work: UnitOfWork[Context], number: int) -> None:
    """Count an attempt no more, as it has not failed."""
    failures.refund(work.session, number)
    work.skip_audit_line()


@action(Permission.SIGN_IN)
def refuse(work: UnitOfWork[Context], member_id: int | None) -> None:
    """Note that an attempt, counted before, has failed.

    Args:
        member_id: None where there is no such account.
    """
    work.about(KIND, member_id or "unknown")


@action(Permission.SIGN_IN)
def see(work: UnitOfWork[Context], number: int, *, network: str) -> None:
    """Note that a session was used now; the session itself is the record of it.

    Raises:
        ResourceNotFound: it has ended.
    """
    session = store.session_by_id(work.session, number)
    session.seen_at, session.network = work.now, network
    work.skip_audit_line()


@action(Permission.OWN_ACCOUNT)
def prove(work: UnitOfWork[Context], number: int, proof: Proof) -> None:
    """Note that a member has proved again to be themselves.

    Raises:
        ResourceNotFound: the session has ended, or is somebody else's.
        InvalidInput: the code is wrong or used.
    """
    session = _own(work, number)
    member = store.lock(work.session, session.member_id)
    by = consume_proof(work.session, member, proof, work.context.secret, work.now)
    session.proved_at = work.now
    work.about(KIND, member.id, session=number, by=by)


@action(Permission.OWN_ACCOUNT)
def end(work: UnitOfWork[Context], number: int) -> None:
    """End a session of one's own.

    Raises:
        ResourceNotFound: it has ended, or is somebody else's.
    """
    session = _own(work, number)
    work.session.delete(session)
    work.about(KIND, session.member_id, session=number)


@action(Permission.OWN_ACCOUNT)
def end_others(work: UnitOfWork[Context], number: int) -> int:
    """End all sessions of one's own but this one; how many.

    Raises:
        ResourceNotFound: it has ended, or is somebody else's.
    """
    session = _own(work, number)
    count = store.end_sessions(work.session, session.member_id, but=number)
    work.about(KIND, session.member_id, sessions=count)
    if not count:
        work.skip_audit_line()
    return count


def _own(work: UnitOfWork[Context], number: int) -> StaffSession:
    session = store.session_by_id(work.session, number)
    if str(session.member_id) != work.actor.name:
        raise ResourceNotFound(f"there is no session {number} of yours")
    return session
