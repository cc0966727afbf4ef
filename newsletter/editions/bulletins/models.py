"""The table of bulletins that are being written."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class SavedBulletin(Base):
    """A bulletin as somebody is writing it; kept after it was sent, to be copied."""

    __tablename__ = "saved_bulletins"
    __table_args__ = (Index("ix_saved_bulletins_changed_at", "changed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    text: Mapped[str]
    """Markdown, or HTML."""
    is_html: Mapped[bool] = mapped_column(default=False, server_default=false())
    topics: Mapped[str] = mapped_column(default="", server_default="")
    """As a `subscribers.topics` key; empty: everybody."""
    segment: Mapped[str] = mapped_column(default="", server_default="")
    """A segment's name or an expression; empty: everybody."""
    send_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """NULL: as soon as it is sent off."""
    in_quiet_hours: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It may leave in `bulletins.quiet`."""
    authors: Mapped[list[str]] = mapped_column(JSON)
    """Who wrote or edited it, as `str(Actor)`."""
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts the changes: two people who edit at once are told of each other."""
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("editions.id"), index=True)
    """The edition that it became last; it may be written on once that is cancelled."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
