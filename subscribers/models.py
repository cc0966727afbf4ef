"""The tables of people: subscribers, their choice of topics, consent and suppression."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class SubscriberStatus(StrEnum):
    """Where a subscriber stands."""

    PENDING = "pending"  # asked to join, has not confirmed; never mailed an edition
    CONFIRMED = "confirmed"  # proved the address is hers, or the administrator holds proof
    ENDED = "ended"  # left; mailed nothing until she joins anew
    ERASED = "erased"  # the person is gone, the number stays for the ledger


class Frequency(StrEnum):
    """What she wants to be sent."""

    EVERYTHING = "everything"  # digests and bulletins
    WEEKLY = "weekly"  # digests only
    BULLETINS = "bulletins"  # bulletins only


class ConsentKind(StrEnum):
    """What an event of the consent ledger says."""

    ASKED = "asked"  # an address was entered; proves nothing yet
    GIVEN = "given"  # confirmed, or the administrator names the proof
    WITHDRAWN = "withdrawn"  # she left


class TopicChoice(Base):
    """A distinct set of topics that subscribers chose; many share one.

    The empty key is everybody who wants every topic. Kept apart from the subscriber so that an
    edition's variants join on one number.
    """

    __tablename__ = "topic_choices"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The topics' slugs, sorted, between commas; empty for all topics."""


class Subscriber(Base):
    """A person's address."""

    __tablename__ = "subscribers"
    __table_args__ = (Index("ix_subscribers_status", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str | None] = mapped_column(unique=True)
    """Normalised; the domain in ASCII. NULL once erased."""
    address_hash: Mapped[str] = mapped_column(index=True)
    """Keyed hash of the folded address: what suppression is matched by."""
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    status: Mapped[SubscriberStatus]
    frequency: Mapped[Frequency] = mapped_column(default=Frequency.EVERYTHING)
    choice_id: Mapped[int] = mapped_column(ForeignKey("topic_choices.id"), index=True)
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Suppression(Base):
    """An address never to be mailed, known by its hash alone; outlives erasure."""

    __tablename__ = "suppressions"

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ConsentEvent(Base):
    """One line of the append-only proof of who agreed to what, when and how."""

    __tablename__ = "consent_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[ConsentKind]
    source: Mapped[str]
    """Where the event came from: "administrator: paper form of 1 May", "one-click" …"""
    wording: Mapped[str] = mapped_column(default="", server_default="")
    """The words she agreed to, exactly as they stood on the page."""
