"""The tables of the feeds: archives, what hubs have been told, and private addresses."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class FeedEventKind(StrEnum):
    """What an archive tells."""

    ARTICLE = "article"  # an article as it was then: new, or edited since it was last archived
    CORRECTION = "correction"  # a correction published on purpose
    WITHDRAWAL = "withdrawal"  # an article was taken back


class FeedEvent(Base):
    """Something that was archived, as it then was; shared by every feed that tells it."""

    __tablename__ = "feed_happenings"
    __table_args__ = (
        UniqueConstraint("kind", "article_id", "number", "at"),
        Index("ix_feed_happenings_article_id", "article_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FeedEventKind]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int]
    """A correction's; 0 otherwise."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    """An article's `updated_at` then; when a correction or withdrawal was made."""
    entry: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the feeds say of it (`feeds.documents.entries.freeze`); empty for a withdrawal."""


class FeedArchive(Base):
    """One archive document of a feed (RFC 5005 section 4); never changed once made."""

    __tablename__ = "feed_archives"
    __table_args__ = (UniqueConstraint("scope", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str]
    """`Scope.key`: empty, "topics/housing", "authors/nora-tallis"."""
    number: Mapped[int]
    """From 1, the oldest, without gaps."""
    sealed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FeedArchiveItem(Base):
    """A place in an archive document."""

    __tablename__ = "feed_archive_items"

    archive_id: Mapped[int] = mapped_column(
        ForeignKey("feed_archives.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    happening_id: Mapped[int] = mapped_column(
        ForeignKey("feed_happenings.id", ondelete="CASCADE"), index=True
    )


class HubNotice(Base):
    """What a WebSub hub has been told of a feed, and what is still to be told."""

    __tablename__ = "hub_notices"

    hub: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    told_change: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The feed's last change when the hub last accepted a notice."""
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    """In a row; 0 after a success."""
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Not before; while a process is telling, when another may take over."""
    last_error: Mapped[str] = mapped_column(default="")


class PrivateFeed(Base):
    """An address of a feed that is one subscriber's own."""

    __tablename__ = "private_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
