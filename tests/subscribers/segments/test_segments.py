"""The segment language: parsing, errors, and members on both databases."""

from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from support import add_subscriber

from newsletter.clock import FixedClock
from newsletter.database import Database
from subscribers.models import Subscriber
from subscribers.segments.compiling import QueryContext, condition
from subscribers.segments.expressions import Expression, write
from subscribers.segments.fields import FIELDS, OPERATORS, FieldType, Operator
from subscribers.segments.lexing import SegmentError
from subscribers.segments.parsing import parse

ZONE = ZoneInfo("Europe/London")
NAMES = st.sampled_from([*FIELDS, "attribute.ward", 'attribute."post code"'])
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@st.composite
def a_test(draw: st.DrawFn) -> str:
    """One test of one field, as somebody might write it."""
    name = draw(NAMES)
    kind = FIELDS[name].kind if name in FIELDS else FieldType.TEXT
    operator = draw(st.sampled_from(sorted(OPERATORS[kind])))
    if name in FIELDS and FIELDS[name].values:
        value = draw(st.sampled_from(FIELDS[name].values))
    elif kind is FieldType.MOMENT:
        value = draw(st.sampled_from(["2026-01-31", "30 days ago", "1 month ago", "today"]))
    elif kind is FieldType.NUMBER:
        value = str(draw(st.integers(0, 1000)))
    else:
        plain = draw(WORDS).replace("|", "").replace(",", "") or "x"
        value = '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if draw(st.integers(0, 9)) == 0:
        return f"{name} is empty"
    return f"{name} in ({value})" if operator is Operator.IN else f"{name} {operator} {value}"


EXPRESSIONS = st.recursive(
    a_test(),
    lambda inner: st.one_of(
        inner.map(lambda a: f"not ({a})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda p: f"({p[0]}) {p[1]} ({p[2]})"
        ),
    ),
    max_leaves=8,
).map(parse)


@given(EXPRESSIONS)
def test_written_expressions_parse_to_the_same_tree(expression: Expression) -> None:
    assert parse(write(expression)) == expression


@given(st.text(max_size=80) | st.lists(NAMES | st.sampled_from("()=~,'\"\\") | WORDS).map(" ".join))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(SegmentError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("topic =", "character 8: here it ends; expected a value"),
        ("topik = housing", "no field 'topik'"),
        ("joined ~ 2026-01-01", "'~' does not fit this field"),
        ("joined > 2026-02-30", "found '2026-02-30'; expected a date"),
        ("status = gone", "expected one of pending, confirmed, ended, erased"),
        ("(topic = housing", "here it ends"),
        ("not " * 30 + "topic = a", "at most 20 levels"),
        ("topic = " + "a" * 2000, "too many"),
    ],
)
def test_an_error_states_position_and_expectation(text: str, message: str) -> None:
    with pytest.raises(SegmentError) as caught:
        parse(text)
    assert message in str(caught.value)


def people(session: Session, clock: FixedClock) -> None:
    ann = add_subscriber(session, "ann@a.example", clock.now(), topics=["housing"], name="Ann")
    ann.source, ann.attributes = "import of members.csv", {"ward": "Abbey", "Straße": "Größe"}
    ben = add_subscriber(session, "ben@b.example", clock.now(), name="ÉMILE")
    ben.source = "form"
    add_subscriber(session, "cat@b.example", clock.now(), topics=["transport"], proven=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("topic = housing", "ann ben"),  # ben chose none, which means every topic
        ("topic = housing and not topic is empty", "ann"),
        ("topic != housing", "cat"),
        ("digest = friday", "ann ben cat"),
        ("digest is empty", "ann ben cat"),
        ('source ~ "IMPORT"', "ann"),
        ('not (source ~ "import" or attribute.ward = "Abbey")', "ben cat"),
        ('attribute.Straße = "Größe"', "ann"),
        ("attribute.ward != Abbey", "ben cat"),
        ('name ~ "émi"', "ben"),
        ("domain = b.example", "ben cat"),
        ("domain in (a.example, b.example)", "ann ben cat"),
        ("confirmed is empty", "cat"),
        ("confirmed < 2027-01-01", "ann ben"),
        ("not confirmed < 2027-01-01", "cat"),
        ("joined = 2026-11-26", "ann ben cat"),
        ("joined > 2026-11-26", ""),
        ("joined >= 1 day ago and status = confirmed", "ann ben"),
    ],
)
def test_a_segment_selects_its_members(
    database: Database, clock: FixedClock, text: str, found: str
) -> None:
    asking = QueryContext(now=clock.now(), zone=ZONE)
    with database.write() as session:
        people(session, clock)
        query = select(Subscriber.address).where(condition(parse(text), asking))
        addresses = session.scalars(query.order_by(Subscriber.address)).all()
    assert " ".join(str(address).partition("@")[0] for address in addresses) == found
