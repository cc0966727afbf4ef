"""The tables of articles and topics."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.database import Base, UTCDateTime


class ArticleStatus(StrEnum):
    """The publication state of an article."""

    DRAFT = "draft"  # not public
    SCHEDULED = "scheduled"  # published automatically at `published_at`
    PUBLISHED = "published"  # on the site, in feeds, a candidate for digests
    WITHDRAWN = "withdrawn"  # removed everywhere; its URL answers 410


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
    """A category of articles that subscribers choose; its slug never changes."""

    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Last change of an article in it, or of its membership."""


class Article(Base):
    """A stored article."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        Index("ix_articles_status_published_at", "status", "published_at", "id"),
        Index("ix_articles_published_at", "published_at", "id"),
        Index("ix_articles_fingerprint", "fingerprint"),
        Index("ix_articles_changed_at", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    """A `tag:` URI (RFC 4151), permanent."""
    slug: Mapped[str] = mapped_column(unique=True)
    """The last segment of its URL; kept when the title is edited."""
    source: Mapped[str]
    """The format of its file ("text", "markdown", "feed" …), or its polled feed."""
    source_key: Mapped[str]
    """Its key within the source: a file name, a GUID, an id column."""
    key_is_explicit: Mapped[bool] = mapped_column(default=False)
    """Whether the key comes from the source (GUID, id) rather than from the file name."""
    fingerprint: Mapped[str]
    """Publication date and folded title: recognises a renamed file."""
    title: Mapped[str]
    summary: Mapped[str]
    body_html: Mapped[str]
    """Sanitised; links and image addresses are absolute."""
    body_text: Mapped[str]
    """The body as plain text, for search and excerpts."""
    author: Mapped[str] = mapped_column(default="")
    image_url: Mapped[str] = mapped_column(default="")
    canonical_url: Mapped[str] = mapped_column(default="")
    """The canonical URL if first published elsewhere; empty: this site's page."""
    status: Mapped[ArticleStatus] = mapped_column(default=ArticleStatus.PUBLISHED)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """Last change of the content; never before `published_at`."""
    stored_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When it was stored."""
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=_when_stored)
    """Last change of the row, status and topics included; strictly increasing."""
    media: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Picture and linked files: URL, type, length, and failed attempts to get the length."""
    is_measured: Mapped[bool] = mapped_column(default=False, index=True)
    """Whether the lengths are settled."""
    content_hash: Mapped[str]
    """Hash of the last imported record: an unchanged record writes nothing."""

    topics: Mapped[list[Topic]] = relationship(
        secondary=article_topics, order_by=Topic.slug, lazy="selectin"
    )


class Correction(Base):
    """A published correction of an article."""

    __tablename__ = "article_corrections"
    __table_args__ = (Index("ix_article_corrections_at", "at"),)

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    """Counted from 1 within the article."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    note: Mapped[str]
    """Plain text."""


class FeedSource(Base):
    """The last response of a polled feed, for conditional requests."""

    __tablename__ = "feed_sources"

    url: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")
    polled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(default="")
