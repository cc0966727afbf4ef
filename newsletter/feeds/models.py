"""The tables of feeds: archives, WebSub notifications, and private feeds."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class FeedEventKind(StrEnum):
    """An event in an archive."""

    ARTICLE = "article"  # a version of an article: new, or edited since it was last archived
    CORRECTION = "correction"  # a published correction
    WITHDRAWAL = "withdrawal"  # a withdrawn article


class FeedEvent(Base):
    """An archived event with its frozen entry; shared by every feed that has it."""

    __tablename__ = "feed_events"
    __table_args__ = (
        UniqueConstraint("kind", "article_id", "number", "at"),
        Index("ix_feed_events_article_id", "article_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FeedEventKind]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int]
    """The correction's number; 0 otherwise."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    """The article's `updated_at`, or the time of the correction or withdrawal."""
    entry: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The frozen entry (`feeds.documents.entries.freeze`); empty for a withdrawal."""


class FeedArchive(Base):
    """One archive document of a feed (RFC 5005 section 4); immutable."""

    __tablename__ = "feed_archives"
    __table_args__ = (UniqueConstraint("scope", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str]
    """`Scope.key`: empty, "topics/housing", "authors/nora-tallis"."""
    number: Mapped[int]
    """Counted from 1, the oldest, without gaps."""
    sealed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FeedArchiveItem(Base):
    """An event's position in an archive document."""

    __tablename__ = "feed_archive_items"

    archive_id: Mapped[int] = mapped_column(
        ForeignKey("feed_archives.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(
        ForeignKey("feed_events.id", ondelete="CASCADE"), index=True
    )


class HubNotice(Base):
    """The state of notifications to a WebSub hub for one feed."""

    __tablename__ = "hub_notices"

    hub: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    told_change: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The feed's last change at the last accepted notification."""
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    """Consecutive failures."""
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Earliest next attempt; during an attempt, the end of the lease."""
    last_error: Mapped[str] = mapped_column(default="")


class PrivateFeed(Base):
    """A subscriber's private feed URL."""

    __tablename__ = "private_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
