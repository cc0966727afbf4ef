"""The tables of events, and the evidence kept with them for a time."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime
from newsletter.transports.events import EventKind, EventSource


class FeedbackEvent(Base):
    """One thing that happened to a mail after it was handed over; names nobody."""

    __tablename__ = "feedback_events"
    __table_args__ = (
        Index("ix_feedback_events_edition_id_kind", "edition_id", "kind"),
        Index("ix_feedback_events_subscriber_id_at", "subscriber_id", "at"),
        Index("ix_feedback_events_kind_at", "kind", "at"),
        Index("ix_feedback_events_kind", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """`Event.key`, by which repeats are known."""
    kind: Mapped[EventKind]
    source: Mapped[EventSource]
    transport: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    subscriber_id: Mapped[int | None] = mapped_column(ForeignKey("subscribers.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"), index=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("editions.id"))
    domain: Mapped[str] = mapped_column(default="")
    """The recipient's domain."""
    status: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    """The server's words, without addresses."""
    is_proven: Mapped[bool]
    """Whether its origin is certain."""
    suppressed: Mapped[bool] = mapped_column(default=False)
    """Whether the subscriber's address was suppressed because of it."""
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_because: Mapped[str] = mapped_column(default="")


class FeedbackEvidence(Base):
    """What arrived, as it arrived, until it is forgotten."""

    __tablename__ = "feedback_evidence"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("feedback_events.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[bytes]
    """At most `MAX_EVIDENCE_BYTES`."""
    recipient: Mapped[str] = mapped_column(default="")
    """As it was told."""
    kept_since: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class FeedbackMailbox(Base):
    """How far a mailbox is read, and whether that works."""

    __tablename__ = "feedback_mailboxes"

    name: Mapped[str] = mapped_column(primary_key=True)
    """The configured name."""
    validity: Mapped[int] = mapped_column(default=0)
    last: Mapped[int] = mapped_column(default=0)
    seen: Mapped[list[str]] = mapped_column(JSON, default=list)
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)
    problem: Mapped[str] = mapped_column(default="")
    """Why it could not be read; empty: it could."""
