"""Property: expressions select the same in SQL and in plain Python."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_and_segments import EXPRESSIONS, NOW, PEOPLE, ZONE, Person, enter, is_meant
from sqlalchemy import select

from newsletter.database import Database
from newsletter.errors import InvalidInput
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments.compiling import QueryContext, condition
from subscribers.segments.expressions import Comparison, Expression, write
from subscribers.segments.fields import Operator
from subscribers.segments.lexing import SegmentError
from subscribers.segments.parsing import parse
from subscribers.segments.store import count

ASKING = QueryContext(now=NOW, zone=ZONE)
EACH_WITH_ITS_PEOPLE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50
)


@given(EXPRESSIONS)
def test_a_written_expression_parses_to_the_same_tree(expression: Expression) -> None:
    assert parse(write(expression)) == expression


@given(st.text() | EXPRESSIONS.map(write).flatmap(lambda t: st.permutations(t).map("".join)))
def test_invalid_expressions_are_invalid_input(text: str) -> None:
    with suppress(SegmentError):
        parse(text)
    assert issubclass(SegmentError, InvalidInput)


@EACH_WITH_ITS_PEOPLE
@given(expressions=st.lists(EXPRESSIONS, min_size=1, max_size=5), people=PEOPLE)
def test_sql_agrees_with_a_plain_evaluator(
    database: Database, expressions: list[Expression], people: list[Person]
) -> None:
    with database.read() as session:
        enter(session, people)
        session.flush()
        for expression in expressions:
            query = select(Subscriber.address).where(condition(expression, ASKING))
            meant = {person.address for person in people if is_meant(expression, person)}
            assert set(session.scalars(query)) == meant, write(expression)
            assert count(session, write(expression), ASKING) == len(meant)


def test_values_are_bound_parameters(database: Database) -> None:
    hostile = "'; DROP TABLE subscribers; --"
    expression = Comparison(field="source", operator=Operator.EQUAL, values=(hostile,))
    with database.write() as session:
        enter(session, [Person(local="ann", domain="a.example", source=hostile)])
    with database.read() as session:
        assert count(session, write(expression), ASKING) == 1


def test_an_erased_subscriber_is_in_no_segment(database: Database) -> None:
    erased = Person(local="ann", domain="a.example", status=SubscriberStatus.ERASED)
    with database.write() as session:
        enter(session, [erased, Person(local="ben", domain="a.example")])
    with database.read() as session:
        assert count(session, "not name = x", ASKING) == 1
        assert count(session, "status = erased", ASKING) == 0
