"""What can be asked of a person, of what kind each is, and which operators fit it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from subscribers.models import Frequency, SubscriberStatus

ATTRIBUTE = "attribute."


class Operator(StrEnum):
    """How a field is compared."""

    EQUAL = "="
    DIFFERENT = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    CONTAINS = "~"  # somewhere in it, upper and lower case alike
    IN = "in"  # one of several


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NAMED = "named"  # names out of a choice of hers: topics and digests
    MOMENT = "moment"  # compared by days of the calendar
    NUMBER = "number"


SAME = frozenset({Operator.EQUAL, Operator.DIFFERENT, Operator.IN})
OPERATORS: Mapping[Kind, frozenset[Operator]] = {
    Kind.TEXT: SAME | {Operator.CONTAINS},
    Kind.NAMED: SAME,
    Kind.MOMENT: frozenset(Operator) - {Operator.CONTAINS},
    Kind.NUMBER: frozenset(Operator) - {Operator.CONTAINS},
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing that can be asked."""

    kind: Kind
    example: str
    values: tuple[str, ...] = ()
    """All that it can be; none: anything."""
    is_measured: bool = False
    """Its SQL is handed in from above, since it counts what other rooms know."""


FIELDS: Mapping[str, Field] = {
    "status": Field(
        kind=Kind.TEXT,
        example="status = confirmed",
        values=tuple(s.value for s in SubscriberStatus),
    ),
    "frequency": Field(
        kind=Kind.TEXT, example="frequency = weekly", values=tuple(f.value for f in Frequency)
    ),
    "topic": Field(kind=Kind.NAMED, example="topic = housing"),
    "digest": Field(kind=Kind.NAMED, example="digest = friday"),
    "language": Field(kind=Kind.TEXT, example="language = en"),
    "source": Field(kind=Kind.TEXT, example='source ~ "import"'),
    "name": Field(kind=Kind.TEXT, example='name ~ "ann"'),
    "domain": Field(kind=Kind.TEXT, example="domain = example.org"),
    "joined": Field(kind=Kind.MOMENT, example="joined >= 2026-01-31"),
    "confirmed": Field(kind=Kind.MOMENT, example="confirmed < 30 days ago"),
    "active": Field(kind=Kind.MOMENT, example="active >= 6 months ago"),
    "paused": Field(kind=Kind.MOMENT, example="paused > today"),
    "mailed": Field(kind=Kind.MOMENT, example="mailed < 30 days ago", is_measured=True),
    "received": Field(kind=Kind.NUMBER, example="received >= 10", is_measured=True),
    "bounced": Field(kind=Kind.NUMBER, example="bounced >= 2", is_measured=True),
}
_ATTRIBUTE = Field(kind=Kind.TEXT, example='attribute.ward = "Abbey"')


def field_of(name: str) -> Field | None:
    """The field of this name; every attribute is one."""
    if name.startswith(ATTRIBUTE):
        return _ATTRIBUTE if len(name) > len(ATTRIBUTE) else None
    return FIELDS.get(name)


def known_field(name: str) -> Field:
    """The field of a name that has been parsed."""
    return FIELDS.get(name, _ATTRIBUTE)
