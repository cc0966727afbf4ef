"""Tables of staff members: who may sign in, by what, and their sessions."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime
from newsletter.staff.permissions import Permission, Role, StaffLinkKind


class StaffMember(Base):
    """A person who works on the site; never deleted, since audit lines name them by number."""

    __tablename__ = "staff_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case; what they sign in with."""
    name: Mapped[str]
    role: Mapped[Role]
    granted: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Permissions beyond the role's; only those of `permissions.GRANTABLE` count."""
    password_hash: Mapped[str] = mapped_column(default="")
    """By argon2id; empty where they sign in by passkey alone, or have not joined yet."""
    totp_secret: Mapped[str] = mapped_column(default="")
    """Sealed by the site's secret; empty without an authenticator."""
    totp_step: Mapped[int | None]
    """The time step of the last code used: it and all before are spent (RFC 6238, 5.2)."""
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    joined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """NULL until the invitation is taken."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when they may not sign in."""

    @property
    def grants(self) -> frozenset[Permission]:
        """Permissions beyond the role's; names of an older version are ignored."""
        return frozenset(Permission(name) for name in self.granted if name in set(Permission))

    @property
    def is_active(self) -> bool:
        return self.joined_at is not None and self.ended_at is None

    @property
    def state(self) -> str:
        """In a word: "active", "invited" or "ended"."""
        if self.ended_at is not None:
            return "ended"
        return "active" if self.joined_at is not None else "invited"


class StaffSession(Base):
    """One sign-in in one browser."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    """Of the cookie: the database alone lets nobody in."""
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """Brought up to date every few minutes."""
    proved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When they last gave their password or another proof."""
    device: Mapped[str]
    """Browser and system, in words."""
    network: Mapped[str]
    """The network address that it was last used from."""


class StaffPasskey(Base):
    """A passkey (WebAuthn credential)."""

    __tablename__ = "staff_passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"), index=True)
    credential_id: Mapped[str] = mapped_column(unique=True)
    """base64url."""
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class StaffRecoveryCode(Base):
    """A code on paper that stands in for the authenticator once."""

    __tablename__ = "staff_recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class StaffLink(Base):
    """A one-time link: an invitation, or a way back in that the operator gave."""

    __tablename__ = "staff_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"), index=True)
    kind: Mapped[StaffLinkKind]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignInFailure(Base):
    """A sign-in that failed; forgotten after a day."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (
        Index("ix_sign_in_failures_account", "account", "at"),
        Index("ix_sign_in_failures_network", "network", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    account: Mapped[str]
    """Keyed hash of the address tried, whether there is such an account or not."""
    network: Mapped[str]
    """Keyed hash of the client's network."""
