"""Queries on staff members and their sessions; never commits."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from newsletter.errors import ResourceNotFound
from newsletter.staff.account_models import (
    StaffLink,
    StaffMember,
    StaffPasskey,
    StaffRecoveryCode,
    StaffSession,
)
from newsletter.staff.actors import Actor, staff_member
from newsletter.staff.permissions import Role, StaffLinkKind


def by_id(session: Session, number: int) -> StaffMember:
    """
    Raises:
        ResourceNotFound: there is no such staff member.
    """
    member = session.get(StaffMember, number)
    if member is None:
        raise ResourceNotFound(f"there is no staff member {number}")
    return member


def lock(session: Session, number: int) -> StaffMember:
    """A staff member, for whoever changes them alone; others wait.

    Raises:
        ResourceNotFound: there is no such staff member.
    """
    query = select(StaffMember).where(StaffMember.id == number).with_for_update()
    member = session.scalar(query)
    if member is None:
        raise ResourceNotFound(f"there is no staff member {number}")
    return member


def by_email(session: Session, email: str) -> StaffMember | None:
    """The staff member with an address, in any case."""
    return session.scalar(select(StaffMember).where(StaffMember.email == normalised(email)))


def normalised(email: str) -> str:
    return email.strip().lower()


def members(session: Session) -> Sequence[StaffMember]:
    """Everybody, those who left last, by name."""
    ended = StaffMember.ended_at.is_not(None)
    return session.scalars(select(StaffMember).order_by(ended, StaffMember.name)).all()


def names(session: Session) -> dict[str, str]:
    """The name of everybody, by number as text, as audit lines have it."""
    rows = session.execute(select(StaffMember.id, StaffMember.name))
    return {str(number): name for number, name in rows}


def count_owners(session: Session) -> int:
    """How many owners can sign in."""
    query = select(func.count()).select_from(StaffMember)
    return (
        session.scalar(
            query.where(
                StaffMember.role == Role.OWNER,
                StaffMember.joined_at.is_not(None),
                StaffMember.ended_at.is_(None),
            )
        )
        or 0
    )


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session with its staff member."""

    session: StaffSession
    member: StaffMember

    @property
    def actor(self) -> Actor:
        return staff_member(self.member.id, self.member.role, self.member.grants)


def hash_token(token: str) -> str:
    """What is stored of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in(session: Session, token: str) -> SignedIn | None:
    """The session of a cookie, of a member who may sign in; its ends are not checked."""
    row = session.execute(
        select(StaffSession, StaffMember)
        .join(StaffMember, StaffMember.id == StaffSession.member_id)
        .where(StaffSession.token_hash == hash_token(token))
    ).one_or_none()
    if row is None or not row[1].is_active:
        return None
    return SignedIn(session=row[0], member=row[1])


def session_by_id(session: Session, number: int) -> StaffSession:
    """
    Raises:
        ResourceNotFound: there is no such session, or it has ended.
    """
    session_row = session.get(StaffSession, number)
    if session_row is None:
        raise ResourceNotFound(f"there is no session {number}; it may have ended already")
    return session_row


def sessions_of(session: Session, member_id: int) -> Sequence[StaffSession]:
    """The sessions of a member, the last used first."""
    query = select(StaffSession).where(StaffSession.member_id == member_id)
    return session.scalars(query.order_by(StaffSession.seen_at.desc())).all()


def end_sessions(
    session: Session, member_id: int, *, only: int | None = None, but: int | None = None
) -> int:
    """End the sessions of a member; how many.

    Args:
        only: the one that ends; None: all.
        but: one that goes on.
    """
    query = delete(StaffSession).where(StaffSession.member_id == member_id)
    if only is not None:
        query = query.where(StaffSession.id == only)
    if but is not None:
        query = query.where(StaffSession.id != but)
    return len(session.scalars(query.returning(StaffSession.id)).all())


def last_seen(session: Session) -> dict[int, datetime]:
    """When each member was last seen, of those with a session."""
    query = select(StaffSession.member_id, func.max(StaffSession.seen_at))
    rows = session.execute(query.group_by(StaffSession.member_id))
    return {number: moment for number, moment in rows if moment is not None}


def forget_ended(session: Session, *, seen_before: datetime, started_before: datetime) -> None:
    """Delete the sessions that are over."""
    session.execute(
        delete(StaffSession).where(
            (StaffSession.seen_at < seen_before) | (StaffSession.started_at < started_before)
        )
    )


def lock_holder(session: Session, link_number: int) -> StaffMember:
    """The staff member of a one-time link, for whoever uses it alone; others wait.

    Raises:
        ResourceNotFound: there is no such link.
    """
    holder = session.scalar(select(StaffLink.member_id).where(StaffLink.id == link_number))
    if holder is None:
        raise ResourceNotFound("there is no such link")
    return lock(session, holder)


def link_by_id(session: Session, number: int) -> StaffLink:
    """A one-time link.

    Raises:
        ResourceNotFound: there is no such link.
    """
    link = session.get(StaffLink, number)
    if link is None:
        raise ResourceNotFound("there is no such link")
    return link


def open_invitation(session: Session, member_id: int, now: datetime) -> int | None:
    """The number of a member's invitation that may still be used."""
    query = select(StaffLink.id).where(
        StaffLink.member_id == member_id,
        StaffLink.kind == StaffLinkKind.INVITATION,
        StaffLink.used_at.is_(None),
        StaffLink.expires_at > now,
    )
    return session.scalar(query.order_by(StaffLink.id.desc()).limit(1))


def spend_links(session: Session, member_id: int, now: datetime) -> None:
    """Make the unused links of a member useless."""
    unused = update(StaffLink).where(StaffLink.member_id == member_id, StaffLink.used_at.is_(None))
    session.execute(unused.values(used_at=now))


def passkeys_of(session: Session, member_id: int) -> Sequence[StaffPasskey]:
    query = select(StaffPasskey).where(StaffPasskey.member_id == member_id)
    return session.scalars(query.order_by(StaffPasskey.id)).all()


def passkey_by_credential(session: Session, credential_id: str) -> StaffPasskey | None:
    return session.scalar(select(StaffPasskey).where(StaffPasskey.credential_id == credential_id))


def forget_passkeys(session: Session, member_id: int) -> None:
    session.execute(delete(StaffPasskey).where(StaffPasskey.member_id == member_id))


def replace_recovery_codes(session: Session, member_id: int, hashes: Sequence[str]) -> None:
    """Give a member these recovery codes and no others."""
    session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.member_id == member_id))
    session.add_all(StaffRecoveryCode(member_id=member_id, code_hash=one) for one in hashes)


def recovery_codes_mark(session: Session, member_id: int) -> str:
    """A mark of a member's recovery codes, used ones included; others have another.

    SQLite gives the numbers of deleted rows again, so a number would be none.
    """
    query = select(StaffRecoveryCode.code_hash).where(StaffRecoveryCode.member_id == member_id)
    hashes = session.scalars(query.order_by(StaffRecoveryCode.code_hash)).all()
    return hashlib.sha256(" ".join(hashes).encode()).hexdigest()[:16]


def count_recovery_codes(session: Session, member_id: int) -> int:
    """How many are left."""
    query = select(func.count()).select_from(StaffRecoveryCode)
    unused = (StaffRecoveryCode.member_id == member_id, StaffRecoveryCode.used_at.is_(None))
    return session.scalar(query.where(*unused)) or 0
