"""The ledger's tables; a delivery's row is written before any hand-over."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class DeliveryState(StrEnum):
    """State of a delivery."""

    QUEUED = "queued"  # waits for a worker
    CLAIMED = "claimed"  # held by a worker until its lease expires
    SENT = "sent"  # accepted by the transport
    DEFERRED = "deferred"  # not accepted yet; retried at `next_attempt_at`
    FAILED = "failed"  # refused permanently, or given up
    SKIPPED = "skipped"  # excluded when it was claimed, or cancelled; `reason` says why
    UNCERTAIN = "uncertain"  # handed over without an answer: may or may not have arrived


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
    """The transport's answer, or why the delivery was skipped."""
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deferred_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Its first unsuccessful attempt since it was queued; `sending.give_up` counts from here."""
    verdict: Mapped[str] = mapped_column(default="")
    """The `Verdict` of the last unsuccessful answer; empty where there is none."""
    resent: Mapped[bool] = mapped_column(default=False)
    """Whether it was uncertain before and resent by the edition's policy."""
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DeliveryTranscript(Base):
    """The conversation with the server at the last attempt that was not simply taken."""

    __tablename__ = "delivery_transcripts"

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[str]
    """Lines; ">" before ours, "<" before the server's, "*" before what happened."""
    kept_since: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class MailStatistics(Base):
    """Aggregates over one subscriber's counted deliveries.

    `ledger.statistics` says which those are, and adds the others.
    """

    __tablename__ = "mail_statistics"

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True
    )
    received: Mapped[int]
    last_mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    bounced: Mapped[int]


class CountedEdition(Base):
    """How far an edition's deliveries are counted in `MailStatistics`."""

    __tablename__ = "counted_editions"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    through: Mapped[int]
    """The last subscriber whose delivery was examined, in order of their numbers."""
    is_whole: Mapped[bool]


class UncountedDelivery(Base):
    """An examined delivery that is counted once its state is final."""

    __tablename__ = "uncounted_deliveries"

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True
    )


class NoticeKind(StrEnum):
    """Kind of a notice, and its template's folder in templates/email."""

    CONFIRM = "confirm"  # asks for confirmation of the address
    WELCOME = "welcome"  # after confirmation
    GOODBYE = "goodbye"  # after unsubscribing; has a link that undoes it
    CHANGED = "changed"  # after a change of preferences
    MOVE = "move"  # asks for confirmation at a new address
    MOVING = "moving"  # tells the old address to another was asked for; has a link to object
    PREFERENCES = "preferences"  # has a fresh link to the preferences


class Notice(Base):
    """A transactional mail to one subscriber.

    Handed over at most once. One whose process died stays uncertain; the subscriber can ask again.
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


class Usage:
    """Usage of limits; hours and days are UTC."""

    free_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the rate allows the next mail."""
    hour: Mapped[datetime] = mapped_column(UTCDateTime)
    used_in_hour: Mapped[int]
    day: Mapped[datetime] = mapped_column(UTCDateTime)
    used_in_day: Mapped[int]


class TransportUsage(Usage, Base):
    """Usage of a transport's limits; only transports with limits have a row."""

    __tablename__ = "transport_uses"

    transport: Mapped[str] = mapped_column(primary_key=True)
    first_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The first day of a warm-up that has no configured date."""


class DomainUsage(Usage, Base):
    """Quota usage and back-off of one recipient domain; only those with a quota or refusals."""

    __tablename__ = "domain_uses"

    transport: Mapped[str] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(primary_key=True)
    booked_until: Mapped[datetime] = mapped_column(UTCDateTime)
    """Up to when later windows are booked by mails beyond the quota."""
    refused_in_a_row: Mapped[int] = mapped_column(default=0)
    """Consecutive recipients refused in a way that may concern the whole domain."""
    rests_in_a_row: Mapped[int] = mapped_column(default=0)
    """Rests since the last accepted mail; above 0 the domain is probed first."""
    reason: Mapped[str] = mapped_column(default="")
    rests_until: Mapped[datetime] = mapped_column(UTCDateTime)
    are_tried_alone: Mapped[bool] = mapped_column(default=False)
    """The last probe had only recipients refused before: untried recipients need not wait."""
    took_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The last accepted mail while the domain was tracked."""
    greylists_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The domain accepted second attempts: until then a refused first attempt is no evidence."""


class TransportHealth(Base):
    """Failures of a transport; the row is deleted when it accepts mail again."""

    __tablename__ = "transport_troubles"

    transport: Mapped[str] = mapped_column(primary_key=True)
    failing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it has accepted nothing; NULL where it accepts some and throttles us."""
    in_a_row: Mapped[int] = mapped_column(default=0)
    refuses_us: Mapped[bool] = mapped_column(default=False)
    """Whether it cannot send as configured: login, certificate, sender."""
    reason: Mapped[str] = mapped_column(default="")
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime)
    rests_until: Mapped[datetime] = mapped_column(UTCDateTime)
    """Nothing is handed to it before this time."""
    is_told: Mapped[bool] = mapped_column(default=False)
    """Whether an alarm about the failover was raised."""


class Watch(Base):
    """State of one monitored condition, and whether an alarm was raised for it."""

    __tablename__ = "watches"

    subject: Mapped[str] = mapped_column(primary_key=True)
    settled: Mapped[int]
    """A count: settled deliveries of an edition's progress, or holds by its breaker."""
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    is_told: Mapped[bool]
