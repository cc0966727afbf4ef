"""The tables of approvals, and of what each person last saw."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class EditionApproval(Base):
    """One person's approval of an edition, of the content that the fingerprint stands for."""

    __tablename__ = "edition_approvals"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    actor: Mapped[str] = mapped_column(primary_key=True)
    """As `str(Actor)`."""
    fingerprint: Mapped[str]
    approved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class EditionView(Base):
    """What a person saw of an edition when they last looked."""

    __tablename__ = "edition_views"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    actor: Mapped[str] = mapped_column(primary_key=True)
    """As `str(Actor)`."""
    fingerprint: Mapped[str]
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    """From `snapshots.snapshot_of`."""
    viewed_at: Mapped[datetime] = mapped_column(UTCDateTime)
