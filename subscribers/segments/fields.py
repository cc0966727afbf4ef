"""The fields of the segment language, with their types and operators."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from subscribers.models import Frequency, SubscriberStatus

ATTRIBUTE = "attribute."


class Operator(StrEnum):
    """A comparison operator."""

    EQUAL = "="
    DIFFERENT = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    CONTAINS = "~"  # contains, case-insensitive
    IN = "in"  # one of several


class FieldType(StrEnum):
    """The type of a field."""

    TEXT = "text"
    NAMED = "named"  # names in a subscriber's choice: topics and digests
    MOMENT = "moment"  # compared by calendar days
    NUMBER = "number"


SAME = frozenset({Operator.EQUAL, Operator.DIFFERENT, Operator.IN})
OPERATORS: Mapping[FieldType, frozenset[Operator]] = {
    FieldType.TEXT: SAME | {Operator.CONTAINS},
    FieldType.NAMED: SAME,
    FieldType.MOMENT: frozenset(Operator) - {Operator.CONTAINS},
    FieldType.NUMBER: frozenset(Operator) - {Operator.CONTAINS},
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of the language."""

    kind: FieldType
    example: str
    values: tuple[str, ...] = ()
    """Its possible values; empty: any."""
    is_measured: bool = False
    """Its SQL is passed in, as it aggregates rows of another package."""


FIELDS: Mapping[str, Field] = {
    "status": Field(
        kind=FieldType.TEXT,
        example="status = confirmed",
        values=tuple(s.value for s in SubscriberStatus),
    ),
    "frequency": Field(
        kind=FieldType.TEXT, example="frequency = weekly", values=tuple(f.value for f in Frequency)
    ),
    "topic": Field(kind=FieldType.NAMED, example="topic = housing"),
    "digest": Field(kind=FieldType.NAMED, example="digest = friday"),
    "language": Field(kind=FieldType.TEXT, example="language = en"),
    "source": Field(kind=FieldType.TEXT, example='source ~ "import"'),
    "name": Field(kind=FieldType.TEXT, example='name ~ "ann"'),
    "domain": Field(kind=FieldType.TEXT, example="domain = example.org"),
    "joined": Field(kind=FieldType.MOMENT, example="joined >= 2026-01-31"),
    "confirmed": Field(kind=FieldType.MOMENT, example="confirmed < 30 days ago"),
    "active": Field(kind=FieldType.MOMENT, example="active >= 6 months ago"),
    "paused": Field(kind=FieldType.MOMENT, example="paused > today"),
    "mailed": Field(kind=FieldType.MOMENT, example="mailed < 30 days ago", is_measured=True),
    "received": Field(kind=FieldType.NUMBER, example="received >= 10", is_measured=True),
    "bounced": Field(kind=FieldType.NUMBER, example="bounced >= 2", is_measured=True),
}
_ATTRIBUTE = Field(kind=FieldType.TEXT, example='attribute.ward = "Abbey"')


def field_of(name: str) -> Field | None:
    """The field of this name; every attribute is one."""
    if name.startswith(ATTRIBUTE):
        return _ATTRIBUTE if len(name) > len(ATTRIBUTE) else None
    return FIELDS.get(name)


def known_field(name: str) -> Field:
    """The field of a parsed name."""
    return FIELDS.get(name, _ATTRIBUTE)
