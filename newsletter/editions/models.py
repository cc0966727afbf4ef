"""The tables of editions: what was chosen, frozen and compiled to be sent."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.config.sending import UncertainPolicy
from newsletter.database import Base, UTCDateTime

# Stands where a digest's name does; none can be called so.
EACH_ARTICLE = "each article"


class EditionKind(StrEnum):
    """What an edition comes from."""

    DIGEST = "digest"  # a digest's compile for one period
    BULLETIN = "bulletin"  # a one-off message
    ARTICLE = "article"  # one article, as soon as it has appeared


class EditionState(StrEnum):
    """Where an edition stands in its life; `editions.life` says what may follow what."""

    DRAFT = "draft"  # composed, waits for approval
    QUEUED = "queued"  # leaves once its time has come
    SENDING = "sending"  # deliveries are handed over
    PAUSED = "paused"  # held by a person; resumes where it was
    STOPPED = "stopped"  # held because the transport cannot send; an alarm is due
    SENT = "sent"  # nothing is left to hand over
    CANCELLED = "cancelled"  # what has not been handed over never will be
    EMPTY = "empty"  # the period came, there was nothing to say
    JOINED = "joined"  # its stories go out in the edition of another digest, due with it
    MISSED = "missed"  # the period passed while nothing ran, too long ago to be made up


def _view_key() -> str:
    return secrets.token_urlsafe(16)


class Edition(Base):
    """One frozen, numbered thing to send."""

    __tablename__ = "editions"
    __table_args__ = (
        UniqueConstraint("digest", "period"),
        Index("ix_editions_state_send_at", "state", "send_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EditionKind]
    state: Mapped[EditionState]
    digest: Mapped[str | None]
    """Its name in the configuration; `EACH_ARTICLE` for an article, NULL for a bulletin."""
    period: Mapped[str | None]
    """The local date (and hour) that a scheduled run is for; NULL for a bulletin."""
    title: Mapped[str]
    """The digest's name or "Bulletin", as shown to subscribers."""
    subject: Mapped[str]
    body_html: Mapped[str] = mapped_column(default="")
    """A bulletin's own text, sanitised; empty for a digest."""
    topics: Mapped[str] = mapped_column(default="")
    """A bulletin's audience, as a `subscribers.topics` key; empty: everybody."""
    segment: Mapped[str] = mapped_column(default="", server_default="")
    """Whom it is for, as an expression of `subscribers.segments`; empty: everybody."""
    template: Mapped[str]
    transport: Mapped[str]
    uncertain: Mapped[UncertainPolicy] = mapped_column(default=UncertainPolicy.ASK)
    """What becomes of its mails that may or may not have been taken."""
    masthead: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Site, imprint and sender as they stood when it was composed."""
    content_hash: Mapped[str] = mapped_column(default="", index=True)
    """Of a bulletin's subject and text: recognises the same bulletin sent again by mistake."""
    web_html: Mapped[str] = mapped_column(default="")
    """The view-online page; empty until compiled."""
    view_key: Mapped[str] = mapped_column(default=_view_key, server_default="")
    """What the link to its page holds where the page is not public."""
    joined_to: Mapped[int | None] = mapped_column(index=True)
    """The edition that its stories go out with; NULL where it goes out by itself."""
    note: Mapped[str] = mapped_column(default="")
    """Why it is empty, missed, joined or stopped."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    send_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """Not before this; until then a bulletin can be undone."""
    fanned_out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When its deliveries were written, all in one transaction."""
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def is_public(self) -> bool:
        """Whether everybody may read its page: whatever the archive lists, and no more."""
        has_archive: bool = (self.masthead or {}).get("site", {}).get("archive", True)
        is_for_all = not self.topics and not self.segment and self.kind is not EditionKind.ARTICLE
        return has_archive and is_for_all

    @property
    def language(self) -> str:
        """The language whose readers it is for; empty: it is for readers of every language."""
        language: str = (self.masthead or {}).get("digest", {}).get("language", "")
        return language


class EditionArticle(Base):
    """An article in an edition. No article is ever in two editions of one digest."""

    __tablename__ = "edition_articles"
    __table_args__ = (UniqueConstraint("digest", "article_id"),)

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    digest: Mapped[str]
    position: Mapped[int]


class EditionCorrection(Base):
    """A correction in an edition. None is ever in two editions of one digest."""

    __tablename__ = "edition_corrections"
    __table_args__ = (
        ForeignKeyConstraint(
            ["article_id", "number"],
            ["article_corrections.article_id", "article_corrections.number"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("digest", "article_id", "number"),
    )

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    article_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """The correction's, within its article."""
    digest: Mapped[str]


class Variant(Base):
    """An edition compiled for one distinct choice of articles."""

    __tablename__ = "edition_variants"
    __table_args__ = (UniqueConstraint("edition_id", "articles"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"))
    articles: Mapped[str]
    """What `editions.digest.key_of` says of it; empty for a bulletin."""
    content: Mapped[bytes]
    """The encoded message with marks where personal values go."""
    nonce: Mapped[str]
    """What tells its marks from anything an article might say."""


class VariantChoice(Base):
    """Which variant the subscribers of one choice of topics get."""

    __tablename__ = "edition_variant_choices"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    choice_id: Mapped[int] = mapped_column(ForeignKey("topic_choices.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("edition_variants.id", ondelete="CASCADE"))


class DigestState(Base):
    """Since when a digest is known: runs before that were never missed."""

    __tablename__ = "digest_states"

    digest: Mapped[str] = mapped_column(primary_key=True)
    known_since: Mapped[datetime] = mapped_column(UTCDateTime)
