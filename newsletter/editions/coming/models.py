"""The tables of coming editions: what was changed in them, and what a digest never takes."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class ComingEdition(Base):
    """What people changed in the next edition of a digest; deleted when that is composed."""

    __tablename__ = "coming_editions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    story_order: Mapped[list[int]] = mapped_column(JSON)
    """Articles in the order in which they come first; the others follow, newest first."""
    dropped: Mapped[list[int]] = mapped_column(JSON)
    """Articles that this edition leaves to the next."""
    titles: Mapped[dict[str, str]] = mapped_column(JSON)
    """Titles in this mail, by the article's number."""
    introduction: Mapped[str]
    is_held: Mapped[bool]
    """Composed at its time, and then waits for a person."""
    authors: Mapped[list[str]] = mapped_column(JSON)
    """Who changed it, as `str(Actor)`."""
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ArticleExclusion(Base):
    """An article that a digest never takes."""

    __tablename__ = "article_exclusions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    excluded_at: Mapped[datetime] = mapped_column(UTCDateTime)
