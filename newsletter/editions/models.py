"""The tables of editions, variants and digest state."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.config.tables.approval import Approval
from newsletter.config.tables.sending import UncertainPolicy
from newsletter.database import Base, UTCDateTime

# In place of a digest's name; no digest can have it.
EACH_ARTICLE = "each article"


class EditionKind(StrEnum):
    """The origin of an edition."""

    DIGEST = "digest"  # a digest's compile for one period
    BULLETIN = "bulletin"  # a one-off message
    ARTICLE = "article"  # a single article


class EditionState(StrEnum):
    """The state of an edition; `editions.lifecycle` has the transitions."""

    DRAFT = "draft"  # awaiting approval
    QUEUED = "queued"  # sent when it is due
    SENDING = "sending"  # deliveries are handed over
    PAUSED = "paused"  # paused by a person; resumable
    STOPPED = "stopped"  # halted because the transport cannot send; raises an alarm
    SENT = "sent"  # nothing is left to hand over
    CANCELLED = "cancelled"  # no further deliveries
    EMPTY = "empty"  # no articles in the period
    SKIPPED = "skipped"  # a person left out this run
    JOINED = "joined"  # part of another digest's edition, due at the same time
    MISSED = "missed"  # nothing ran at its time, and the grace time is over


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
    """The digest's display name, or "Bulletin"."""
    subject: Mapped[str]
    body_html: Mapped[str] = mapped_column(default="")
    """A bulletin's own text, sanitised; empty for a digest."""
    introduction: Mapped[str] = mapped_column(default="", server_default="")
    """Plain text above a digest's stories."""
    topics: Mapped[str] = mapped_column(default="")
    """A bulletin's audience, as a `subscribers.topics` key; empty: everybody."""
    segment: Mapped[str] = mapped_column(default="", server_default="")
    """Its segment, as an expression of `subscribers.segments`; empty: everybody."""
    template: Mapped[str]
    transport: Mapped[str]
    uncertain: Mapped[UncertainPolicy] = mapped_column(default=UncertainPolicy.ASK)
    """What becomes of its mails that may or may not have been taken."""
    masthead: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Site, imprint and sender at the time of composition."""
    content_hash: Mapped[str] = mapped_column(default="", index=True)
    """Hash of a bulletin's subject and text: recognises an accidental repetition."""
    web_html: Mapped[str] = mapped_column(default="")
    """The HTML of the view-online page; empty until compiled."""
    view_key: Mapped[str] = mapped_column(default=_view_key, server_default="")
    """The key in the link to its page if the page is not public."""
    joined_to: Mapped[int | None] = mapped_column(index=True)
    """The edition that it is joined to; NULL if it is sent by itself."""
    note: Mapped[str] = mapped_column(default="")
    """Why it is empty, missed, joined or stopped."""
    in_quiet_hours: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a bulletin may leave in `bulletins.quiet`."""
    approval: Mapped[Approval] = mapped_column(default=Approval.OFF, server_default="off")
    """Who has to approve it, frozen when it is made."""
    approvals_needed: Mapped[int] = mapped_column(default=0, server_default="0")
    authors: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Who wrote or edited it, as `str(Actor)`."""
    approval_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the senders were last asked by mail."""
    approval_asked_about: Mapped[str] = mapped_column(default="", server_default="")
    """The fingerprint of what they were asked about."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    send_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """Earliest time of sending; until then a bulletin can be undone."""
    fanned_out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Time of the fan-out, one transaction."""
    audience: Mapped[int | None]
    """How many deliveries the fan-out wrote."""
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def is_public(self) -> bool:
        """Whether its page is public, as every edition in the archive is."""
        has_archive: bool = (self.masthead or {}).get("site", {}).get("archive", True)
        is_for_all = not self.topics and not self.segment and self.kind is not EditionKind.ARTICLE
        return has_archive and is_for_all

    @property
    def language(self) -> str:
        """The language of its readers; empty: all languages."""
        language: str = (self.masthead or {}).get("digest", {}).get("language", "")
        return language


class EditionArticle(Base):
    """An article in an edition, unique within a digest."""

    __tablename__ = "edition_articles"
    __table_args__ = (UniqueConstraint("digest", "article_id"),)

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True, index=True)
    digest: Mapped[str]
    position: Mapped[int]
    title: Mapped[str] = mapped_column(default="", server_default="")
    """Its title in this mail; empty: the article's own."""


class EditionCorrection(Base):
    """A correction in an edition, unique within a digest."""

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
    """The correction's number within its article."""
    digest: Mapped[str]


class Variant(Base):
    """An edition compiled for one distinct choice of articles."""

    __tablename__ = "edition_variants"
    __table_args__ = (UniqueConstraint("edition_id", "articles"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"))
    articles: Mapped[str]
    """From `editions.digests.sections.key_of`; empty for a bulletin."""
    content: Mapped[bytes]
    """The encoded message with placeholders for personal values."""
    nonce: Mapped[str]
    """The nonce in its placeholders; an article cannot forge one."""


class VariantChoice(Base):
    """The variant for the subscribers with one topic choice."""

    __tablename__ = "edition_variant_choices"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    choice_id: Mapped[int] = mapped_column(ForeignKey("topic_choices.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("edition_variants.id", ondelete="CASCADE"))


class DigestState(Base):
    """The time since when a digest is known: earlier runs are never missed."""

    __tablename__ = "digest_states"

    digest: Mapped[str] = mapped_column(primary_key=True)
    known_since: Mapped[datetime] = mapped_column(UTCDateTime)
