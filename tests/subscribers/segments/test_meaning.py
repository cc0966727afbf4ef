"""Expressions mean the same in SQL, by the index, and in plain Python: random people and words."""

from contextlib import suppress
from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_and_segments import EXPRESSIONS, NOW, PEOPLE, SOURCES, ZONE, Person, enter, is_meant
from sqlalchemy import delete, select, update

from newsletter.database import Database
from newsletter.errors import InvalidInput
from subscribers.finding import counting
from subscribers.finding.refreshing import refresh
from subscribers.models import Subscriber
from subscribers.segments.compiling import Asking, condition
from subscribers.segments.expressions import Comparison, Expression, write
from subscribers.segments.fields import Operator
from subscribers.segments.lexing import SegmentError
from subscribers.segments.parsing import parse

ASKING = Asking(now=NOW, zone=ZONE)
EACH_WITH_ITS_PEOPLE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50
)


@given(EXPRESSIONS)
def test_what_is_written_of_a_tree_is_that_tree_again(expression: Expression) -> None:
    assert parse(write(expression)) == expression


@given(st.text() | EXPRESSIONS.map(write).flatmap(lambda t: st.permutations(t).map("".join)))
def test_whatever_cannot_be_read_is_bad_input(text: str) -> None:
    with suppress(SegmentError):
        parse(text)
    assert issubclass(SegmentError, InvalidInput)


@EACH_WITH_ITS_PEOPLE
@given(expressions=st.lists(EXPRESSIONS, min_size=1, max_size=5), people=PEOPLE)
def test_sql_selects_exactly_those_who_are_meant(
    database: Database, expressions: list[Expression], people: list[Person]
) -> None:
    with database.read() as session:
        enter(session, people)
        session.flush()
        for expression in expressions:
            query = select(Subscriber.address).where(condition(expression, ASKING))
            meant = {person.address for person in people if is_meant(expression, person)}
            assert set(session.scalars(query)) == meant, write(expression)


@EACH_WITH_ITS_PEOPLE
@given(
    expressions=st.lists(EXPRESSIONS, min_size=1, max_size=5),
    people=PEOPLE,
    later=PEOPLE,
    zone=st.sampled_from([ZONE, ZoneInfo("Asia/Kolkata")]),
)
def test_the_index_counts_exactly_those_who_are_meant_while_people_come_and_change(
    database: Database,
    expressions: list[Expression],
    people: list[Person],
    later: list[Person],
    zone: ZoneInfo,
) -> None:
    with database.write() as session:
        session.execute(delete(Subscriber))
        enter(session, people)
    refresh(database, zone, NOW)
    here = {person.address: person for person in people}
    with database.write() as session:
        new = [person for person in later if person.address not in here]
        enter(session, new)
        changed = [here[person.address] for person in later if person.address in here]
        for person in changed:
            same = Subscriber.address == person.address
            session.execute(update(Subscriber).where(same).values(source=SOURCES[1]))
        here |= {person.address: person for person in new}
        here |= {person.address: replace(person, source=SOURCES[1]) for person in changed}
    with database.read() as session:
        for expression in expressions:
            meant = [person for person in here.values() if is_meant(expression, person)]
            assert counting.count(session, write(expression), ASKING) == len(meant)


def test_a_value_that_looks_like_sql_is_a_value(database: Database) -> None:
    hostile = "'; DROP TABLE subscribers; --"
    expression = Comparison(field="source", operator=Operator.EQUAL, values=(hostile,))
    with database.write() as session:
        enter(session, [Person(local="ann", domain="a.example", source=hostile)])
    with database.read() as session:
        assert counting.count(session, write(expression), ASKING) == 1
    refresh(database, ZONE, NOW)
    with database.read() as session:
        assert counting.count(session, write(expression), ASKING) == 1
