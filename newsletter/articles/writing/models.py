"""The tables of an article's history and of words not yet saved into it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class ArticleRevision(Base):
    """The content of an article after one change; the newest equals the article."""

    __tablename__ = "article_revisions"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    """Counted from 1 within the article."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str]
    """The actor ("staff:3", "operator:ann"); empty for what an import brought."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As `ArticleContent.as_json`."""


class ArticleDraft(Base):
    """One person in one article: when they were seen there, and their words not yet saved."""

    __tablename__ = "article_drafts"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    author: Mapped[str] = mapped_column(primary_key=True)
    """The actor ("staff:3")."""
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When their editor last answered."""
    kept_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the words were kept; NULL without words."""
    base: Mapped[str]
    """The version of the article that they started from."""
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """As `ArticleContent.as_json`; NULL where nothing is unsaved."""
