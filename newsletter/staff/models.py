"""Tables of the audit log. Database triggers seal them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime
from newsletter.staff.permissions import ActorKind


class AuditEntry(Base):
    """One action.

    Database triggers refuse deletions, and every change but of where somebody acted from to NULL.
    So nothing else is stored that may have to be erased: no address, no name of a subscriber.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_actor", "actor_kind", "actor", "id"),
        Index("ix_audit_log_action", "action", "id"),
        Index("ix_audit_log_subject", "subject_kind", "subject", "id"),
        Index(
            "ix_audit_log_with_origin",
            "at",
            sqlite_where=text("network IS NOT NULL"),
            postgresql_where=text("network IS NOT NULL"),
        ),
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
    network: Mapped[str | None]
    """Where a staff member acted from; NULL: nowhere, or kept no more (`console.keep_origins`)."""
    device: Mapped[str | None]
    """Their browser and system, in words; NULL where `network` is."""


class AuditOutcome(Base):
    """The outcome of an action of several transactions; missing while it runs or if killed."""

    __tablename__ = "audit_outcomes"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_log.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Its counts; "stopped" names the error that aborted it."""
