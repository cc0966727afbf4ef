"""The tables of subscribers, choices, consent, suppression, imports and segments."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, event, inspect, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime
from subscribers.search_folding import search_text


class SubscriberStatus(StrEnum):
    """The status of a subscriber."""

    PENDING = "pending"  # signed up, not confirmed; never mailed an edition
    CONFIRMED = "confirmed"  # confirmed the address, or the administrator has proof
    ENDED = "ended"  # left; mailed nothing until they join anew
    ERASED = "erased"  # personal data removed, the id stays for the ledger


class Frequency(StrEnum):
    """Which mail a subscriber gets."""

    REGULAR = "regular"  # digests and bulletins
    WEEKLY = "weekly"  # digests only
    BULLETINS = "bulletins"  # bulletins only
    ARTICLES = "articles"  # each article as it appears, and bulletins
    EVERYTHING = "everything"  # each article, digests and bulletins


class ConsentKind(StrEnum):
    """The kind of an event in the consent ledger."""

    ASKED = "asked"  # signed up; proves nothing yet
    GIVEN = "given"  # confirmed, or with the administrator's proof
    CHANGED = "changed"  # preferences changed
    MOVED = "moved"  # address changed, and confirmed at the new one
    WITHDRAWN = "withdrawn"  # left
    OBJECTED = "objected"  # left and asked never to be mailed again
    ERASED = "erased"  # personal data erased on request
    UNDONE = "undone"  # the import that added them was rolled back


class TopicChoice(Base):
    """A distinct choice of topics and digests, shared by subscribers.

    The empty key is everybody who wants every topic of every digest. A table of its own, so that an
    edition's variants join on one id.
    """

    __tablename__ = "topic_choices"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """From `subscribers.topics.choice_key`."""


def _search_text_of_row(context: DefaultExecutionContext) -> str:
    row: dict[str, str | None] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return search_text(row.get("address"), row.get("name"))


class Subscriber(Base):
    """A subscriber."""

    __tablename__ = "subscribers"
    __table_args__ = (
        Index("ix_subscribers_status", "status", "id"),
        # All that decides who gets a mail, but segments and suppression: for counting audiences.
        Index(
            "ix_subscribers_audience",
            *("status", "frequency", "paused_until", "language", "choice_id"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str | None] = mapped_column(unique=True)
    """Normalised; the domain in ASCII. NULL once erased."""
    address_hash: Mapped[str] = mapped_column(index=True)
    """Keyed hash of the folded address: for suppression is matched by."""
    address_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the address was last changed, there or back: links mailed before open nothing. NULL:
    never."""
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    status: Mapped[SubscriberStatus]
    frequency: Mapped[Frequency] = mapped_column(default=Frequency.REGULAR)
    choice_id: Mapped[int] = mapped_column(ForeignKey("topic_choices.id"), index=True)
    source: Mapped[str] = mapped_column(default="", server_default="")
    """Origin: "form", "import of members.csv" …"""
    import_id: Mapped[int | None] = mapped_column(index=True)
    """The import that added them."""
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """Further attributes from an import, for segments."""
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    active_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Last act of the subscriber: confirmed, chose, came back."""
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    search_text: Mapped[str] = mapped_column(
        default=_search_text_of_row, server_default="", deferred=True
    )
    """Address and name in the form of `subscribers.search_folding`.

    Set by every INSERT and every change of an object; a bulk UPDATE of address or name must set it
    too.
    """


@event.listens_for(Subscriber, "before_update")
def _keep_search_text(_mapper: object, _connection: object, subscriber: Subscriber) -> None:
    attributes: Any = inspect(subscriber).attrs
    if attributes.address.history.has_changes() or attributes.name.history.has_changes():
        subscriber.search_text = search_text(subscriber.address, subscriber.name)


class Suppression(Base):
    """An address never to be mailed, as a hash; outlives erasure."""

    __tablename__ = "suppressions"

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    import_id: Mapped[int | None] = mapped_column(index=True)
    """The import that is its only source; NULL with another source."""


class AddressChange(Base):
    """A requested change of address, until it is confirmed at the new one."""

    __tablename__ = "address_changes"

    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), primary_key=True)
    address: Mapped[str]
    """Normalised."""
    address_hash: Mapped[str] = mapped_column(default="", server_default="")
    """Keyed hash of the new address, for suppression."""
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AddressMove(Base):
    """The address that a subscriber had when another was asked for, to be put back by objection."""

    __tablename__ = "address_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    address: Mapped[str]
    address_hash: Mapped[str] = mapped_column(index=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    moved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """NULL: the other address has not confirmed."""


class Import(Base):
    """An imported list: the file and its outcomes."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    consent: Mapped[str] = mapped_column(default="")
    """The proof of consent; empty: nobody was confirmed."""
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The role of each column, and assumptions about the file."""
    outcomes: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Number of rows by outcome."""
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """NULL if interrupted: the same file continues under this number."""
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ImportChange(Base):
    """The state of a subscriber before an import, for a rollback."""

    __tablename__ = "import_changes"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), primary_key=True)
    has_ended: Mapped[bool]
    """The import ended the subscription; else it changed data."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Previous status and dates, or previous data."""


class UploadPhase(StrEnum):
    """How far an uploaded list is."""

    READING = "reading"  # a job examines and rehearses it
    READY = "ready"  # examined; rehearsed, if nothing has to be asked
    UNREADABLE = "unreadable"  # `problem` says why
    ENTERING = "entering"  # a job enters its rows
    ENTERED = "entered"


class ListUpload(Base):
    """A list uploaded to be imported, with all that was said about it; deleted in time.

    In the database, so that any machine goes on with it.
    """

    __tablename__ = "list_uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str]
    content: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str]
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    uploaded_by: Mapped[str]
    """The actor."""
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    consent: Mapped[str] = mapped_column(default="")
    """The proof of consent; empty: nobody is confirmed."""
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """How to read it, as `importing.uploads` writes it."""
    mends: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    """Cells mended by hand, by row number."""
    phase: Mapped[UploadPhase]
    done_rows: Mapped[int] = mapped_column(default=0)
    total_rows: Mapped[int] = mapped_column(default=0)
    """0: not known yet."""
    heartbeat_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The last sign of life of its job."""
    problem: Mapped[str] = mapped_column(default="")
    analysis: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What its columns are read as, and what has to be asked."""
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Of the rehearsal, or once entered of the import: counts, refused rows, who stays away."""
    import_id: Mapped[int | None]
    """Once begun to be entered."""


class Segment(Base):
    """A named expression for a group of subscribers, evaluated on use."""

    __tablename__ = "segments"

    name: Mapped[str] = mapped_column(primary_key=True)
    expression: Mapped[str]
    """In the language of `subscribers.segments`."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Departure(Base):
    """A reason for leaving, not linked to the subscriber."""

    __tablename__ = "departures"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str]
    words: Mapped[str] = mapped_column(default="")


class ConsentEvent(Base):
    """An event of the append-only consent ledger.

    Database triggers refuse deletions, and every change but of a network to NULL. So it contains
    nothing else that may have to be erased: no address, no name.
    """

    __tablename__ = "consent_events"
    __table_args__ = (
        Index(
            "ix_consent_events_with_network",
            "at",
            sqlite_where=text("network IS NOT NULL"),
            postgresql_where=text("network IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[ConsentKind]
    source: Mapped[str]
    """Origin: "administrator: paper form of 1 May", "one-click" …"""
    wording: Mapped[str] = mapped_column(default="", server_default="")
    """The exact wording that the subscriber agreed to."""
    wording_version: Mapped[str] = mapped_column(default="", server_default="")
    details: Mapped[str] = mapped_column(default="", server_default="")
    """The preferences as text: "regular; topics: housing"."""
    network: Mapped[str | None]
    """The IP address; NULL where it is not kept, or no more."""
