"""Proofs of identity of a staff member (password, code, passkey), each used once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import InvalidInput
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember, StaffPasskey, StaffRecoveryCode
from newsletter.staff.sign_in import links, second_factors

WRONG_CODE = "the code is not right, or was used already; wait for the next one and try again"


@dataclass(frozen=True, kw_only=True)
class PasswordProof:
    """The right password, and the code that goes with it."""

    code: str = ""
    """Of the authenticator, or from paper; empty where the member has no authenticator."""


@dataclass(frozen=True, kw_only=True)
class PasskeyProof:
    """A passkey's right answer."""

    passkey_id: int
    sign_count: int
    """By its authenticator; many never count."""
    challenged_at: datetime
    """When the challenge was made that it signed."""


@dataclass(frozen=True, kw_only=True)
class LinkProof:
    """A one-time link that signs in at once."""

    link_id: int


@dataclass(frozen=True, kw_only=True)
class ProviderProof:
    """The word of an OpenID provider, for somebody without an authenticator here."""

    provider: str
    """Its name in the configuration."""


Proof = PasswordProof | PasskeyProof | LinkProof | ProviderProof


def consume_proof(
    session: Session, member: StaffMember, proof: Proof, site_secret: str, now: datetime
) -> str:
    """Take a proof, so that nobody can use it again; what it was, in words.

    Raises:
        InvalidInput: the code is wrong or used, the passkey is another member's, or its answer was
            used.
        TokenSpent: the link was used, or has ended.
    """
    if isinstance(proof, LinkProof):
        return _spend_link(session, member, proof, now)
    if isinstance(proof, PasskeyProof):
        return _spend_passkey(session, member, proof, now)
    if isinstance(proof, ProviderProof):
        return _spend_provider(member, proof)
    if not member.totp_secret:
        return "password"
    secret = second_factors.opened(site_secret, member.totp_secret)
    code = "".join(proof.code.split())
    step = second_factors.step_of(secret, code, now, after=member.totp_step)
    if step is not None:
        member.totp_step = step
        return "password and code"
    hashed = second_factors.hash_recovery_code(site_secret, code)
    unused = select(StaffRecoveryCode).where(
        StaffRecoveryCode.member_id == member.id,
        StaffRecoveryCode.code_hash == hashed,
        StaffRecoveryCode.used_at.is_(None),
    )
    recovery_code = session.scalar(unused)
    if recovery_code is None:
        raise InvalidInput(WRONG_CODE)
    recovery_code.used_at = now
    return "password and recovery code"


def _spend_link(session: Session, member: StaffMember, proof: LinkProof, now: datetime) -> str:
    link = links.usable(session, proof.link_id, now)
    if link.member_id != member.id or member.totp_secret:
        raise InvalidInput("this link does not sign you in; sign in with your password and code")
    store.spend_links(session, member.id, now)
    return "link"


def _spend_passkey(
    session: Session, member: StaffMember, proof: PasskeyProof, now: datetime
) -> str:
    passkey = session.get(StaffPasskey, proof.passkey_id)
    if passkey is None or passkey.member_id != member.id:
        raise InvalidInput("this passkey is not known here any more")
    if passkey.used_at is not None and proof.challenged_at <= passkey.used_at:
        raise InvalidInput("this answer of the passkey was used already; open the page again")
    passkey.sign_count, passkey.used_at = proof.sign_count, now
    return "passkey"


def _spend_provider(member: StaffMember, proof: ProviderProof) -> str:
    if member.totp_secret:
        raise InvalidInput("your authenticator is asked for; prove it by password and code")
    return proof.provider
