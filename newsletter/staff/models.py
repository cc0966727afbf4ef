"""Tables of the audit log. Database triggers refuse updates and deletes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime
from newsletter.staff.permissions import ActorKind


class AuditEntry(Base):
    """One action.

    Holds no personal data that may have to be erased: no address, no name of a subscriber, no
    network address (stored with consent and in `audit_origins`, with a retention period).
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_actor", "actor_kind", "actor", "id"),
        Index("ix_audit_log_action", "action", "id"),
        Index("ix_audit_log_subject", "subject_kind", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor_kind: Mapped[ActorKind]
    actor: Mapped[str]
    """As `Actor.name`."""
    action: Mapped[str]
    """Module and function of `newsletter.actions`: "editions.pause"."""
    subject_kind: Mapped[str]
    """"edition", "subscriber" …; empty where the action is about nothing in particular."""
    subject: Mapped[str]
    """Its number or configured name."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_long: Mapped[bool]
    """Whether the action takes several transactions, with its outcome in `audit_outcomes`."""


class AuditOutcome(Base):
    """The outcome of an action of several transactions; missing while it runs or if killed."""

    __tablename__ = "audit_outcomes"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_log.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Its counts; "stopped" names the error that aborted it."""


class AuditOrigin(Base):
    """Where the staff member of a line acted from; deleted after `console.keep_origins`."""

    __tablename__ = "audit_origins"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_log.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    network: Mapped[str]
    device: Mapped[str]
    """Browser and system, in words."""
