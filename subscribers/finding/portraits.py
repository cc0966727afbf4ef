"""What the index keeps of one person: numbers, texts and names by the fields of segments."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from subscribers import store
from subscribers.finding.models import PeopleChange
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments.compiling import MOMENTS
from subscribers.segments.fields import ATTRIBUTE, FIELDS, Kind
from subscribers.topics import Choice

# Everybody but the erased, whatever is known of her; no field has this name.
EVERYONE = ""
# The first day that an expression can name, less one for all that was before.
BEFORE = date(1900, 1, 1).toordinal() - 1
NAMED = tuple(name for name, field in FIELDS.items() if field.kind is Kind.NAMED)
TEXTS = ("status", "frequency", "language", "source", "domain", "name")
# Nearly everybody's name is her own: its values are not worth numbers.
WIDE = ("name",)
COLUMNS = (
    Subscriber.id,
    Subscriber.address,
    Subscriber.name,
    Subscriber.status,
    Subscriber.frequency,
    Subscriber.language,
    Subscriber.source,
    Subscriber.attributes,
    Subscriber.choice_id,
    *MOMENTS.values(),
)


@dataclass(kw_only=True)
class Portrait:
    """One person."""

    id: int
    is_erased: bool = False
    address: str = ""
    name: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    """Those that are not empty."""
    days: dict[str, int] = field(default_factory=dict)
    """As `number_of` has them."""
    names: list[tuple[str, str]] = field(default_factory=list)
    """Field and name; the name is empty where she chose none of the kind."""


def is_kept(name: str) -> bool:
    """Whether the index keeps a field, as long as it has not too many values."""
    return name in TEXTS or name in MOMENTS or name in NAMED or name.startswith(ATTRIBUTE)


def number_of(day: date) -> int:
    """The number that a day is kept as; 0 means that there is none."""
    return max(day.toordinal() - BEFORE, 0) + 1


def changed_people(session: Session, claim: int, zone: ZoneInfo) -> list[Portrait]:
    """Everybody noted as changed under a claim."""
    noted = select(PeopleChange.subscriber_id).where(PeopleChange.claim == claim)
    rows = session.execute(_people().where(Subscriber.id.in_(noted))).all()
    # Asked after the people: somebody may have made a new one meanwhile.
    choices = store.choices(session)
    return [_portrait(row, choices[row.choice_id], zone) for row in rows]


def _people() -> Select[*tuple[Any, ...]]:
    return select(*COLUMNS)


def _portrait(row: Row[*tuple[Any, ...]], choice: Choice, zone: ZoneInfo) -> Portrait:
    status = row.status.value
    if row.status is SubscriberStatus.ERASED:
        return Portrait(id=row.id, is_erased=True, texts={"status": status})
    address = row.address or ""
    texts = {
        "status": status,
        "frequency": row.frequency.value,
        "language": row.language,
        "source": row.source,
        "domain": address.partition("@")[2],
        "name": row.name,
        **{f"{ATTRIBUTE}{key}": str(value) for key, value in row.attributes.items()},
    }
    moments: Sequence[datetime | None] = row[len(COLUMNS) - len(MOMENTS) :]
    return Portrait(
        id=row.id,
        address=address,
        name=row.name,
        texts={name: text for name, text in texts.items() if text},
        days={
            name: number_of(moment.astimezone(zone).date())
            for name, moment in zip(MOMENTS, moments, strict=True)
            if moment is not None
        },
        names=[
            *(("topic", name) for name in choice.topics or ("",)),
            *(("digest", name) for name in choice.digests or ("",)),
        ],
    )
