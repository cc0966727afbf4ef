"""The tables of the tally."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base
from newsletter.delivery.ledger.models import DeliveryState


class Tally(Base):
    """How the tally is kept: one row."""

    __tablename__ = "tallies"

    id: Mapped[int] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(default=0)
    """Goes up whenever something is taken in or forgotten."""
    zone: Mapped[str] = mapped_column(default="")
    """Whose days the kept dates are."""


class TalliedEdition(Base):
    """How far an edition's deliveries are taken into the tally."""

    __tablename__ = "tallied_editions"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    through: Mapped[int]
    """The number of the last delivery that is taken in, and all of the edition's before it."""
    last: Mapped[int]
    """The number of its last delivery."""


class OpenDelivery(Base):
    """A delivery that was taken in, and for which the ledger is asked all the same.

    It was waiting then, or has left the state in which it was taken in.
    """

    __tablename__ = "open_deliveries"

    edition_id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int]
    was: Mapped[DeliveryState | None]
    """In which state it was taken in; NULL: it was waiting. *Sent*: the tally cannot be right."""


class TallyBits(Base):
    """One binary digit of what is known of a block of subscribers."""

    __tablename__ = "tally_bits"

    field: Mapped[str] = mapped_column(primary_key=True)
    digit: Mapped[int] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)
    """As `bits.block_of` numbers them."""
    bits: Mapped[bytes] = mapped_column(LargeBinary)
    """As `bits.pack` writes them."""
