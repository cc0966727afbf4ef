"""The tables of pictures and their encoded files."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.database import Base, UTCDateTime


class MediaItem(Base):
    """A picture as it was uploaded or imported once."""

    __tablename__ = "media_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the uploaded bytes: recognises a repeated upload without decoding it."""
    name: Mapped[str]
    """The name of the uploaded file, for people."""
    alt: Mapped[str | None]
    """Alternative text; empty: it only decorates; NULL: nobody has said."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    renditions: Mapped[list["MediaRendition"]] = relationship(
        order_by="MediaRendition.width.desc()", lazy="selectin", passive_deletes=True
    )
    """Its encoded files, the widest first."""

    @property
    def widest(self) -> "MediaRendition":
        return self.renditions[0]

    @property
    def narrowest(self) -> "MediaRendition":
        return self.renditions[-1]


class MediaRendition(Base):
    """One encoded file of a picture, addressed by its content and never changed."""

    __tablename__ = "media_renditions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    """Start of the SHA-256 of the content."""
    item_id: Mapped[int] = mapped_column(
        ForeignKey("media_items.id", ondelete="CASCADE"), index=True
    )
    media_type: Mapped[str]
    width: Mapped[int]
    """Pixels."""
    height: Mapped[int]
    """Pixels."""
    length: Mapped[int]
    """Bytes."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
