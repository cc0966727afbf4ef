"""Actions of a staff member on their own password, authenticator and passkeys."""

from collections.abc import Sequence

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.errors import Conflict, InvalidInput, ResourceNotFound
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember, StaffPasskey
from newsletter.staff.permissions import Permission
from newsletter.staff.sign_in import second_factors
from newsletter.staff.sign_in.passkeys import NewPasskey
from newsletter.staff.sign_in.proofs import WRONG_CODE

KIND = "staff"


@action(Permission.OWN_ACCOUNT)
def change_password(work: UnitOfWork[Context], password_hash: str, *, session: int) -> None:
    """Change one's password; sessions in other browsers end.

    Args:
        session: the one that goes on.
    """
    member = _self(work)
    member.password_hash = password_hash
    ended = store.end_sessions(work.session, member.id, but=session)
    work.about(KIND, member.id, sessions=ended)


@action(Permission.OWN_ACCOUNT)
def add_authenticator(work: UnitOfWork[Context], secret: str, code: str) -> list[str]:
    """Ask for a code at each sign-in from now on; the recovery codes, shown this once.

    Raises:
        InvalidInput: the code is not of this secret.
        Conflict: it is on already, as where the button was pressed twice.
    """
    member = _self(work)
    if member.totp_secret:
        raise Conflict(
            "an authenticator is on already; remove it first, or make new recovery codes where "
            "those are missing"
        )
    step = second_factors.step_of(secret, "".join(code.split()), work.now, after=None)
    if step is None:
        raise InvalidInput(WRONG_CODE)
    member.totp_secret = second_factors.sealed(work.context.secret, secret)
    member.totp_step = step
    codes = _new_codes(work, member)
    work.about(KIND, member.id)
    return codes


@action(Permission.OWN_ACCOUNT)
def remove_authenticator(work: UnitOfWork[Context]) -> None:
    """Ask for no code any more.

    Raises:
        Conflict: there is no authenticator.
    """
    member = _self(work)
    if not member.totp_secret:
        raise Conflict("there is no authenticator to remove")
    member.totp_secret, member.totp_step = "", None
    store.replace_recovery_codes(work.session, member.id, ())
    work.about(KIND, member.id)


@action(Permission.OWN_ACCOUNT)
def make_recovery_codes(work: UnitOfWork[Context], *, instead_of: str) -> list[str]:
    """New recovery codes in place of those from before, shown this once.

    Args:
        instead_of: the mark of those from before.

    Raises:
        Conflict: there is no authenticator that they could stand in for, or others were made since.
    """
    member = _self(work)
    if not member.totp_secret:
        raise Conflict("recovery codes stand in for an authenticator; add one first")
    if store.recovery_codes_mark(work.session, member.id) != instead_of:
        raise Conflict(
            "new recovery codes were made a moment ago; use those, or open the page again and make "
            "others"
        )
    work.about(KIND, member.id)
    return _new_codes(work, member)


@action(Permission.OWN_ACCOUNT)
def add_passkey(work: UnitOfWork[Context], new_passkey: NewPasskey, name: str) -> int:
    """Sign in by this passkey from now on; its number.

    Raises:
        Conflict: it is known already.
    """
    member = _self(work)
    if store.passkey_by_credential(work.session, new_passkey.credential_id) is not None:
        raise Conflict("this passkey is known already")
    passkey = StaffPasskey(
        member_id=member.id,
        credential_id=new_passkey.credential_id,
        public_key=new_passkey.public_key,
        sign_count=new_passkey.sign_count,
        name=name,
        created_at=work.now,
    )
    work.session.add(passkey)
    work.session.flush()
    work.about(KIND, member.id, passkey=passkey.id)
    return passkey.id


@action(Permission.OWN_ACCOUNT)
def remove_passkey(work: UnitOfWork[Context], number: int) -> None:
    """Sign in by this passkey no more.

    Raises:
        ResourceNotFound: there is none of one's own with this number.
    """
    member = _self(work)
    passkey = work.session.get(StaffPasskey, number)
    if passkey is None or passkey.member_id != member.id:
        raise ResourceNotFound(f"there is no passkey {number} of yours")
    work.session.delete(passkey)
    work.about(KIND, member.id, passkey=number)


def _self(work: UnitOfWork[Context]) -> StaffMember:
    return store.lock(work.session, int(work.actor.name))


def _new_codes(work: UnitOfWork[Context], member: StaffMember) -> list[str]:
    codes = second_factors.new_recovery_codes()
    hashes: Sequence[str] = [
        second_factors.hash_recovery_code(work.context.secret, code) for code in codes
    ]
    store.replace_recovery_codes(work.session, member.id, hashes)
    return codes
