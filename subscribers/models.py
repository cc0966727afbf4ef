"""The tables of people: subscribers, their choice of topics, consent and suppression."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, event, inspect
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime
from subscribers.folding import search_text


class SubscriberStatus(StrEnum):
    """Where a subscriber stands."""

    PENDING = "pending"  # asked to join, has not confirmed; never mailed an edition
    CONFIRMED = "confirmed"  # proved the address is hers, or the administrator holds proof
    ENDED = "ended"  # left; mailed nothing until she joins anew
    ERASED = "erased"  # the person is gone, the number stays for the ledger


class Frequency(StrEnum):
    """What she wants to be sent."""

    REGULAR = "regular"  # digests and bulletins
    WEEKLY = "weekly"  # digests only
    BULLETINS = "bulletins"  # bulletins only
    ARTICLES = "articles"  # each article as it appears, and bulletins
    EVERYTHING = "everything"  # each article, digests and bulletins


class ConsentKind(StrEnum):
    """What an event of the consent ledger says."""

    ASKED = "asked"  # an address was entered; proves nothing yet
    GIVEN = "given"  # confirmed, or the administrator names the proof
    CHANGED = "changed"  # she chose anew what she is sent
    MOVED = "moved"  # her address was changed, and confirmed at the new one
    WITHDRAWN = "withdrawn"  # she left
    OBJECTED = "objected"  # she left and asked never to be mailed again
    ERASED = "erased"  # she had herself forgotten
    UNDONE = "undone"  # the import that entered them was taken back


class TopicChoice(Base):
    """A distinct choice of topics and digests; many subscribers share one.

    The empty key is everybody who wants every topic of every digest. Kept apart from the
    subscriber so that an edition's variants join on one number.
    """

    __tablename__ = "topic_choices"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """As `subscribers.topics.choice_key` writes it."""


def _search_text_of_row(context: DefaultExecutionContext) -> str:
    row: dict[str, str | None] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return search_text(row.get("address"), row.get("name"))


class Subscriber(Base):
    """A person's address."""

    __tablename__ = "subscribers"
    __table_args__ = (Index("ix_subscribers_status", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str | None] = mapped_column(unique=True)
    """Normalised; the domain in ASCII. NULL once erased."""
    address_hash: Mapped[str] = mapped_column(index=True)
    """Keyed hash of the folded address: what suppression is matched by."""
    address_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the address was last changed, there or back: links mailed before open nothing. NULL:
    never."""
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    status: Mapped[SubscriberStatus]
    frequency: Mapped[Frequency] = mapped_column(default=Frequency.REGULAR)
    choice_id: Mapped[int] = mapped_column(ForeignKey("topic_choices.id"), index=True)
    source: Mapped[str] = mapped_column(default="", server_default="")
    """How she came onto the list: "form", "import of members.csv" …"""
    import_id: Mapped[int | None] = mapped_column(index=True)
    """The import that entered them."""
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """What an import knew of her besides; segments can ask for it."""
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    active_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When she herself last did something here: confirmed, chose, came back."""
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    search_text: Mapped[str] = mapped_column(
        default=_search_text_of_row, server_default="", deferred=True
    )
    """Address and name as `subscribers.folding` makes them.

    Written with every INSERT and with every change of an object; an UPDATE of rows that changes
    an address or a name must set it too.
    """


@event.listens_for(Subscriber, "before_update")
def _keep_search_text(_mapper: object, _connection: object, subscriber: Subscriber) -> None:
    attributes: Any = inspect(subscriber).attrs
    if attributes.address.history.has_changes() or attributes.name.history.has_changes():
        subscriber.search_text = search_text(subscriber.address, subscriber.name)


class Suppression(Base):
    """An address never to be mailed, known by its hash alone; outlives erasure."""

    __tablename__ = "suppressions"

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    import_id: Mapped[int | None] = mapped_column(index=True)
    """The import that alone says so; NULL once anybody else has said it too."""


class AddressChange(Base):
    """A new address that a subscriber asked to be mailed at, until she confirms it there."""

    __tablename__ = "address_changes"

    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), primary_key=True)
    address: Mapped[str]
    """Normalised."""
    address_hash: Mapped[str] = mapped_column(default="", server_default="")
    """As the subscriber's: nothing is sent there while it is suppressed."""
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
    """A list that was brought along: what was read, and what became of it."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    consent: Mapped[str] = mapped_column(default="")
    """The proof; empty: nobody was confirmed."""
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Each column with what it was read as, and what was assumed of the file."""
    outcomes: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """How many rows became what."""
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """NULL where it broke off: the same file goes on under this number."""
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ImportChange(Base):
    """Somebody who was here before an import, and how they stood, so that it can be undone."""

    __tablename__ = "import_changes"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), primary_key=True)
    has_ended: Mapped[bool]
    """The import ended the subscription; else it changed what is held."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The status and dates, or what was held, before."""


class Segment(Base):
    """A group of people, by name: whom an expression means at the moment it is asked."""

    __tablename__ = "segments"

    name: Mapped[str] = mapped_column(primary_key=True)
    expression: Mapped[str]
    """In the language of `subscribers.segments`."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Departure(Base):
    """Why somebody left. Nobody's: it tells what to do better, not who said so."""

    __tablename__ = "departures"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str]
    words: Mapped[str] = mapped_column(default="")


class ConsentEvent(Base):
    """One line of the append-only proof of who agreed to what, when and how.

    Triggers in the database refuse every change and deletion. Hence nothing stands here that may
    have to be forgotten: no address, no name, no network.
    """

    __tablename__ = "consent_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[ConsentKind]
    source: Mapped[str]
    """Where the event came from: "administrator: paper form of 1 May", "one-click" …"""
    wording: Mapped[str] = mapped_column(default="", server_default="")
    """The words she agreed to, exactly as they stood on the page."""
    wording_version: Mapped[str] = mapped_column(default="", server_default="")
    details: Mapped[str] = mapped_column(default="", server_default="")
    """What she chose, in words: "regular; topics: housing"."""


class ConsentNetwork(Base):
    """The network address an event of consent came from, kept apart to be forgotten in time."""

    __tablename__ = "consent_networks"

    event_id: Mapped[int] = mapped_column(ForeignKey("consent_events.id"), primary_key=True)
    network: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
