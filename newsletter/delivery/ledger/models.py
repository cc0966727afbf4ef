"""The ledger: one row for one edition to one subscriber, written before any hand-over."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"  # waits for a worker
    CLAIMED = "claimed"  # a worker has it, until its lease ends
    SENT = "sent"  # the transport took responsibility
    DEFERRED = "deferred"  # not taken yet; tried again at `next_attempt_at`
    FAILED = "failed"  # refused for good, or given up
    SKIPPED = "skipped"  # no longer to be mailed when its turn came; `reason` says why
    UNCERTAIN = "uncertain"  # handed over, no answer: may or may not have arrived


WAITING = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)


class Delivery(Base):
    """One edition to one subscriber."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("edition_id", "subscriber_id"),
        Index("ix_deliveries_edition_id_state", "edition_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("edition_variants.id"))
    state: Mapped[DeliveryState]
    reason: Mapped[str] = mapped_column(default="")
    """What the transport answered, or why it was skipped."""
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deferred_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Its own first attempt since it was queued that was not taken: patience counts from here."""
    verdict: Mapped[str] = mapped_column(default="")
    """Whom the last answer that did not take it spoke of: a `Verdict`; empty where none did."""
    resent: Mapped[bool] = mapped_column(default=False)
    """Whether it was in doubt before and sent again by the edition's policy."""
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MailStatistics(Base):
    """What one subscriber was sent, by the deliveries that have been counted.

    `delivery.engagement` says which those are, and adds the others.
    """

    __tablename__ = "mail_statistics"

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True
    )
    received: Mapped[int]
    last_mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    bounced: Mapped[int]


class CountedEdition(Base):
    """How far an edition's deliveries are counted in the statistics."""

    __tablename__ = "counted_editions"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    through: Mapped[int]
    """The last subscriber whose delivery was looked at; they are taken in this order."""
    is_whole: Mapped[bool]


class UncountedDelivery(Base):
    """A delivery that was looked at, and is to be counted once it is settled for good."""

    __tablename__ = "uncounted_deliveries"

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True
    )


class NoticeKind(StrEnum):
    """What a mail to one person is about, and the folder of templates/email it is rendered with."""

    CONFIRM = "confirm"  # asks whether the address is hers
    WELCOME = "welcome"  # she has confirmed
    GOODBYE = "goodbye"  # she has left; brings a link that undoes it
    CHANGED = "changed"  # she has changed what she is sent
    MOVE = "move"  # asks at a new address whether it is hers
    MOVING = "moving"  # tells the old address that another was asked for; brings a link to object
    PREFERENCES = "preferences"  # brings a fresh link to the preferences


class Notice(Base):
    """A mail to one person that belongs to no edition.

    Handed over at most once. One whose sender died is uncertain and stays so; she can ask again.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """A `NoticeKind`."""
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"), index=True)
    state: Mapped[DeliveryState]
    reason: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Use:
    """What has been used of limits; hours and days are those of UTC."""

    free_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the next mail may go by its rate."""
    hour: Mapped[datetime] = mapped_column(UTCDateTime)
    used_in_hour: Mapped[int]
    day: Mapped[datetime] = mapped_column(UTCDateTime)
    used_in_day: Mapped[int]


class TransportUse(Use, Base):
    """How much of its limits a transport has used; only transports with limits have a row."""

    __tablename__ = "transport_uses"

    transport: Mapped[str] = mapped_column(primary_key=True)
    first_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """A warm-up without a date of its own counts its days from here."""


class DomainUse(Use, Base):
    """How a transport stands with one recipient domain: only those with quotas or refusals."""

    __tablename__ = "domain_uses"

    transport: Mapped[str] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(primary_key=True)
    booked_until: Mapped[datetime] = mapped_column(UTCDateTime)
    """Mails beyond the quota are put off to later windows up to here."""
    refused_in_a_row: Mapped[int] = mapped_column(default=0)
    """Different recipients refused in a row, in a way that may speak of the whole domain."""
    rests_in_a_row: Mapped[int] = mapped_column(default=0)
    """Rests since it last took a mail; above 0 it is probed before all goes on."""
    reason: Mapped[str] = mapped_column(default="")
    rests_until: Mapped[datetime] = mapped_column(UTCDateTime)
    are_tried_alone: Mapped[bool] = mapped_column(default=False)
    """Its last probe was of recipients refused before: those never tried need not wait."""
    took_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it last took a mail while it was watched."""
    greylists_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """It lately took second attempts: until then a refused first one says nothing of it."""


class TransportTrouble(Base):
    """What ails a transport; gone as soon as it takes mail again."""

    __tablename__ = "transport_troubles"

    transport: Mapped[str] = mapped_column(primary_key=True)
    failing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it has taken nothing; NULL where it takes some and asks for a slower pace."""
    in_a_row: Mapped[int] = mapped_column(default=0)
    refuses_us: Mapped[bool] = mapped_column(default=False)
    """It cannot send as configured: login, certificate, sender."""
    reason: Mapped[str] = mapped_column(default="")
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime)
    rests_until: Mapped[datetime] = mapped_column(UTCDateTime)
    """Nothing is handed to it before this."""
    is_told: Mapped[bool] = mapped_column(default=False)
    """Whether an alarm has told that others carry its share."""


class Watch(Base):
    """What was seen of something that may need a person, and whether one has been told."""

    __tablename__ = "watches"

    subject: Mapped[str] = mapped_column(primary_key=True)
    settled: Mapped[int]
    """Of an edition's progress: how many deliveries were settled."""
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    is_told: Mapped[bool]
