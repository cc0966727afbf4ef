"""The tables of the index; that of the texts is made by hand in `following`."""

from datetime import datetime

from sqlalchemy import JSON, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime


class PeopleIndex(Base):
    """How far the index is: one row."""

    __tablename__ = "people_index"

    id: Mapped[int] = mapped_column(primary_key=True)
    claimed: Mapped[int] = mapped_column(default=0)
    """Goes up when somebody begins to bring it up to date: only the last to begin may finish."""
    generation: Mapped[int] = mapped_column(default=0)
    """Goes up whenever bits are written."""
    zone: Mapped[str] = mapped_column(default="")
    """Whose days the kept dates are."""
    left_out: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Fields with too many names, or one too many, to be kept."""
    wide: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Fields with too many values for numbers: their words are kept."""
    refreshed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PeopleChange(Base):
    """Somebody is new or has changed since the index was brought up to date."""

    __tablename__ = "people_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int]
    claim: Mapped[int | None]
    """Who is bringing it into the index."""


class PeopleValue(Base):
    """A value of a field, and the number that the bits know it by; nothing is 0."""

    __tablename__ = "people_values"

    field: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[int]


class PeopleBits(Base):
    """One binary digit of a field, one topic or pair of letters, for a block of subscribers."""

    __tablename__ = "people_bits"

    field: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)
    bits: Mapped[bytes] = mapped_column(LargeBinary)
    """As `bits.pack` writes them; bit N is the block's subscriber N."""


class PeopleWords(Base):
    """The words of a field in a block of subscribers, and who has each."""

    __tablename__ = "people_words"

    field: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    """A `postings.Part`."""
    block: Mapped[int] = mapped_column(primary_key=True)
    chunk: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PeopleMark(Base):
    """A letter or pair of letters, and the blocks of people in whose texts it has been."""

    __tablename__ = "people_marks"

    mark: Mapped[str] = mapped_column(primary_key=True)
    blocks: Mapped[bytes] = mapped_column(LargeBinary)
    """As `bits.pack` writes them; bit N is block N's."""
