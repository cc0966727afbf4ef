"""The tables of articles and topics."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.database import Base, UTCDateTime


class ArticleStatus(StrEnum):
    """Where an article stands in its life."""

    DRAFT = "draft"  # stored, shown to nobody
    SCHEDULED = "scheduled"  # shown to nobody before `published_at`, then published by itself
    PUBLISHED = "published"  # on the site, in feeds, a candidate for digests
    WITHDRAWN = "withdrawn"  # gone from everywhere; its address answers 410


def _when_stored(context: Any) -> datetime:
    stored_at: datetime = context.get_current_parameters()["stored_at"]
    return stored_at


article_topics = Table(
    "article_topics",
    Base.metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Topic(Base):
    """What articles are filed under and subscribers choose; its slug never changes."""

    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When an article of it was last written, came to it or left it."""


class Article(Base):
    """What is stored and published."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        Index("ix_articles_status_published_at", "status", "published_at", "id"),
        Index("ix_articles_fingerprint", "fingerprint"),
        Index("ix_articles_changed_at", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    """A `tag:` URI (RFC 4151), given once and never changed."""
    slug: Mapped[str] = mapped_column(unique=True)
    """The last part of its address on the site; kept when the title is edited."""
    source: Mapped[str]
    """The format of the file it came from ("text", "markdown", "feed" …), or a polled feed."""
    source_key: Mapped[str]
    """Its name within the source: a file name, a GUID, an id column."""
    key_is_explicit: Mapped[bool] = mapped_column(default=False)
    """Whether the source gave the key (a GUID, an id) or it is only a file's name."""
    fingerprint: Mapped[str]
    """Publication date and folded title: recognises an article whose file was renamed."""
    title: Mapped[str]
    summary: Mapped[str]
    body_html: Mapped[str]
    """Sanitised; links and image addresses are absolute."""
    body_text: Mapped[str]
    """The words of the body, for search and excerpts."""
    author: Mapped[str] = mapped_column(default="")
    image_url: Mapped[str] = mapped_column(default="")
    canonical_url: Mapped[str] = mapped_column(default="")
    """Where the article was first published, if elsewhere; empty: this site's own page."""
    status: Mapped[ArticleStatus] = mapped_column(default=ArticleStatus.PUBLISHED)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When its content last changed; never before `published_at`."""
    stored_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When it came into this store."""
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=_when_stored)
    """When the row was last written, status and topics included; later at every change."""
    media: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What is known of its picture and of the files that it links to: url, type, length, and
    how often that was asked for in vain."""
    is_measured: Mapped[bool] = mapped_column(default=False, index=True)
    """Whether their lengths have been asked for."""
    content_hash: Mapped[str]
    """Of the record it was last imported from: an unchanged record writes nothing."""

    topics: Mapped[list[Topic]] = relationship(
        secondary=article_topics, order_by=Topic.slug, lazy="selectin"
    )


class Correction(Base):
    """A correction of an article, published on purpose; readers are told of it."""

    __tablename__ = "article_corrections"
    __table_args__ = (Index("ix_article_corrections_at", "at"),)

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    """From 1, within its article."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    note: Mapped[str]
    """What was wrong and is right now, in plain words."""


class FeedSource(Base):
    """What a polled feed answered last time, for conditional requests."""

    __tablename__ = "feed_sources"

    url: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")
    polled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(default="")
