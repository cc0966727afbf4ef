"""Random people and segment expressions, and a plain Python evaluator."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from subscribers import store
from subscribers.models import Frequency, Subscriber, SubscriberStatus
from subscribers.segments.expressions import (
    And,
    Comparison,
    Expression,
    IsEmpty,
    Not,
    Or,
    RelativeDate,
    Unit,
    Value,
)
from subscribers.segments.fields import ATTRIBUTE, FIELDS, OPERATORS, FieldType, Operator
from subscribers.topics import Choice

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
# Few values, so that people and expressions match; with text that resembles SQL.
DOMAINS = ("a.example", "b.example", "mail.b.example")
SOURCES = ("", "form", "Import of members.csv", "it's 100%", "' OR 1=1 --", "a_b\\c")
TOPICS = ("housing", "transport", "parks")
DIGESTS = ("friday", "monthly")
ATTRIBUTES = ("ward", "post code", "Straße")
VALUES = ("Abbey", "abbey", "Größe", "x'); DROP TABLE subscribers; --", "%", '["a"]')
LETTERS = st.text("aAbBnNéÉΣσЖж%_' ", max_size=6)
# Midnights in summer and winter time of the zone.
MOMENTS = st.sampled_from(
    [
        NOW - timedelta(days=days, hours=hours, seconds=seconds)
        for days in (0, 1, 29, 30, 31, 150, 365, 800)
        for hours in (0, 9, 10)
        for seconds in (0, 1)
    ]
)
DAYS = st.one_of(
    st.builds(
        RelativeDate, count=st.sampled_from([0, 1, 2, 5, 26, 30]), unit=st.sampled_from(list(Unit))
    ).filter(lambda ago: ago.count > 0 or ago.unit is Unit.DAYS),
    st.sampled_from([NOW - timedelta(days=d) for d in (0, 1, 30, 150, 151, 800)]).map(
        lambda moment: moment.astimezone(ZONE).date()
    ),
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person's fields in the segment language."""

    local: str
    domain: str
    name: str = ""
    status: SubscriberStatus = SubscriberStatus.CONFIRMED
    frequency: Frequency = Frequency.REGULAR
    language: str = ""
    source: str = ""
    topics: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    joined: datetime = NOW
    confirmed: datetime | None = None
    active: datetime | None = None
    paused: datetime | None = None
    received: int = 0
    mailed: datetime | None = None
    bounced: int = 0

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"


PEOPLE = st.lists(
    st.builds(
        Person,
        local=st.text("aAbn.é", min_size=1, max_size=4),
        domain=st.sampled_from(DOMAINS),
        name=LETTERS,
        status=st.sampled_from([s for s in SubscriberStatus if s is not SubscriberStatus.ERASED]),
        frequency=st.sampled_from(list(Frequency)),
        language=st.sampled_from(["", "en", "de"]),
        source=st.sampled_from(SOURCES),
        topics=st.frozensets(st.sampled_from(TOPICS)),
        digests=st.frozensets(st.sampled_from(DIGESTS)),
        attributes=st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES)),
        joined=MOMENTS,
        confirmed=st.none() | MOMENTS,
        active=st.none() | MOMENTS,
        paused=st.none() | MOMENTS,
    ),
    max_size=8,
    unique_by=lambda person: person.address,
)
CHOICES = {"topic": (*TOPICS, "unheard-of"), "digest": DIGESTS}
TEXTS = {
    "language": st.sampled_from(["", "en", "de"]),
    "source": st.sampled_from([*SOURCES, "import", "FORM"]),
    "name": LETTERS,
    "domain": st.sampled_from([*DOMAINS, "b.", "EXAMPLE"]),
}


def _values(name: str) -> st.SearchStrategy[Any]:
    known = FIELDS.get(name)
    if known is None:
        return st.sampled_from([*VALUES, "", "ABB", "ö"])
    if known.kind is FieldType.MOMENT:
        return DAYS
    if name in CHOICES:
        return st.sampled_from(CHOICES[name])
    return st.sampled_from(known.values) if known.values else TEXTS[name]


@st.composite
def tests_of_a_field(draw: st.DrawFn) -> Expression:
    """One test of one field."""
    asked = [name for name, found in FIELDS.items() if not found.is_measured]
    name = draw(st.sampled_from([*asked, *(f"{ATTRIBUTE}{key}" for key in ATTRIBUTES)]))
    if draw(st.integers(0, 9)) == 0:
        return IsEmpty(field=name)
    kind = FIELDS[name].kind if name in FIELDS else FieldType.TEXT
    operator = draw(st.sampled_from(sorted(OPERATORS[kind])))
    most = 3 if operator is Operator.IN else 1
    values = draw(st.lists(_values(name), min_size=1, max_size=most))
    return Comparison(field=name, operator=operator, values=tuple(values))


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    tests_of_a_field(),
    lambda inner: st.one_of(
        st.builds(Not, operand=inner),
        st.builds(And, operands=st.tuples(inner, inner)),
        st.builds(Or, operands=st.tuples(inner, inner)),
    ),
    max_leaves=6,
)


def enter(session: Session, people: list[Person]) -> None:
    """Insert people."""
    for number, person in enumerate(people):
        choice = Choice(topics=tuple(person.topics), digests=tuple(person.digests))
        session.add(
            Subscriber(
                address=person.address,
                address_hash=f"{number:064x}",
                name=person.name,
                status=person.status,
                frequency=person.frequency,
                language=person.language,
                source=person.source,
                attributes=dict(person.attributes),
                choice_id=store.choice_for(session, choice),
                joined_at=person.joined,
                confirmed_at=person.confirmed,
                active_at=person.active,
                paused_until=person.paused,
            )
        )


def is_meant(expression: Expression, person: Person) -> bool:
    """Whether a person matches an expression."""
    match expression:
        case And(operands=operands):
            return all(is_meant(operand, person) for operand in operands)
        case Or(operands=operands):
            return any(is_meant(operand, person) for operand in operands)
        case Not(operand=operand):
            return not is_meant(operand, person)
        case IsEmpty(field=name):
            return not _known(name, person)
        case Comparison(operator=Operator.DIFFERENT, field=name, values=values):
            return not _holds(name, Operator.EQUAL, values[0], person)
    wanted = Operator.EQUAL if expression.operator is Operator.IN else expression.operator
    return any(_holds(expression.field, wanted, value, person) for value in expression.values)


def _known(name: str, person: Person) -> Any:
    if name.startswith(ATTRIBUTE):
        return person.attributes.get(name.removeprefix(ATTRIBUTE), "")
    return getattr(person, {"topic": "topics", "digest": "digests"}.get(name, name))


def _holds(name: str, operator: Operator, value: Value, person: Person) -> bool:
    known = _known(name, person)
    if name in CHOICES:
        return not known or value in known
    if operator is Operator.CONTAINS:
        return contains(str(known), str(value))
    if isinstance(value, str):
        return str(known) == value
    if known is None:
        return False
    if isinstance(value, int):
        return _compares(known, operator, value)
    return _compares(known.astimezone(ZONE).date(), operator, _day(value))


def _compares(known: Any, operator: Operator, wanted: Any) -> bool:
    return {
        Operator.EQUAL: known == wanted,
        Operator.LESS: known < wanted,
        Operator.AT_MOST: known <= wanted,
        Operator.GREATER: known > wanted,
        Operator.AT_LEAST: known >= wanted,
    }[operator]


def contains(text: str, part: str) -> bool:
    """Whether a text contains a part, ignoring case."""
    # Letter by letter: lower() of a whole text gives a final sigma at the end of a word.
    small = ("".join(letter.lower() for letter in words) for words in (part, text))
    return next(small) in next(small)


def _day(value: date | RelativeDate) -> date:
    if not isinstance(value, RelativeDate):
        return value
    today = NOW.astimezone(ZONE).date()
    if value.unit in {Unit.DAYS, Unit.WEEKS}:
        return today - value.count * timedelta(**{value.unit.value: 1})
    months = value.count * (12 if value.unit is Unit.YEARS else 1)
    first = today.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    last = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=min(today.day, last))
