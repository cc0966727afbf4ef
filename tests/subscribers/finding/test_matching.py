"""Names are counted by words and letters exactly as the list itself would be."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_and_segments import NOW, ZONE, Person, contains, enter
from sqlalchemy import delete, event, select, update

from newsletter.database import Database
from subscribers.finding import counting
from subscribers.finding.bits import BLOCK
from subscribers.finding.matching import MOST_READ
from subscribers.finding.models import PeopleWords
from subscribers.finding.refreshing import refresh
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments.compiling import Asking
from subscribers.segments.expressions import Comparison, write
from subscribers.segments.fields import Operator

ASKING = Asking(now=NOW, zone=ZONE)
NAMES = st.lists(st.text("aAbnN éÉ", max_size=9), min_size=1, max_size=20)
EACH_WITH_ITS_PEOPLE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)


def enter_named(database: Database, names: Sequence[str], numbers: Sequence[int] = ()) -> None:
    """People of these names, with these numbers if there are some, in the index."""
    with database.write() as session:
        session.execute(delete(Subscriber))
        enter(session, [Person(local="first", domain="a.example")])
        choice = session.scalars(select(Subscriber.choice_id)).one()
        session.execute(delete(Subscriber))
        rows = [
            {
                "id": number,
                "address": f"p{number}@a.example",
                "address_hash": f"{number:064x}",
                "name": name,
                "status": SubscriberStatus.CONFIRMED,
                "choice_id": choice,
                "joined_at": NOW,
            }
            for number, name in zip(numbers or range(1, len(names) + 1), names, strict=True)
        ]
        session.connection().execute(Subscriber.__table__.insert(), rows)
    refresh(database, ZONE, NOW)


def count(database: Database, operator: Operator, value: str) -> int:
    expression = Comparison(field="name", operator=operator, values=(value,))
    with database.read() as session:
        return counting.count(session, write(expression), ASKING)


@EACH_WITH_ITS_PEOPLE
@given(names=NAMES, data=st.data())
def test_every_part_of_a_name_is_counted_where_it_is(
    database: Database, names: list[str], data: st.DataObject
) -> None:
    enter_named(database, names)
    start, length = st.integers(0, 6), st.integers(0, 9)
    for name in data.draw(st.lists(st.sampled_from(names), max_size=6)):
        at = data.draw(start)
        part = name[at : at + data.draw(length)].swapcase()
        holding = sum(contains(other, part) for other in names)
        assert count(database, Operator.CONTAINS, part) == holding, part
        assert count(database, Operator.EQUAL, name) == names.count(name)


def test_people_of_several_blocks_are_counted_together(database: Database) -> None:
    numbers = [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK]
    enter_named(database, ["Ann", "Ann Carter", "Joanna", "Ben", "Rosanna"], numbers)
    assert count(database, Operator.CONTAINS, "ann") == 4
    assert count(database, Operator.CONTAINS, "an") == 4
    assert count(database, Operator.EQUAL, "Ann") == 1
    assert count(database, Operator.EQUAL, "") == 0


def test_whoever_is_renamed_is_counted_by_her_new_name_alone(database: Database) -> None:
    enter_named(database, ["Ann", "Ben"])
    with database.write() as session:
        session.execute(update(Subscriber).where(Subscriber.name == "Ann").values(name="Cat"))
    for _ in ("noted", "refreshed"):
        assert count(database, Operator.CONTAINS, "ann") == 0
        assert count(database, Operator.CONTAINS, "ca") == 1
        assert count(database, Operator.EQUAL, "Cat") == 1
        refresh(database, ZONE, NOW)


def test_the_words_of_a_name_that_nobody_has_any_longer_are_forgotten(database: Database) -> None:
    enter_named(database, ["Ann Carter", "Ben"])
    with database.write() as session:
        erased = {"address": None, "name": "", "status": SubscriberStatus.ERASED}
        session.execute(update(Subscriber).where(Subscriber.name != "Ben").values(**erased))
    refresh(database, ZONE, NOW)
    with database.read() as session:
        kept = b"".join(session.scalars(select(PeopleWords.content)))
    assert b"Carter" not in kept
    assert b"Ben" in kept


@pytest.mark.parametrize("wanted", ["rosa", "ros", "ro", "r", "rosa v"])
def test_a_part_of_a_name_is_counted_without_reading_the_list(
    database: Database, wanted: str
) -> None:
    enter_named(database, ["Rosa Vale", "Ben Rosary"])
    statements: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    assert count(database, Operator.CONTAINS, wanted) == (1 if " " in wanted else 2)
    of_people = [text for text in statements if "FROM subscribers" in text]
    # Those who changed, and those few of whom words alone do not tell.
    assert all(re.search(r"subscribers\.id (IN|= ANY) \(", text) for text in of_people)


def test_where_words_do_not_tell_of_very_many_the_list_does(database: Database) -> None:
    enter_named(database, [*["Ann Carter"] * MOST_READ, "Carter Ann"])
    assert count(database, Operator.CONTAINS, "n c") == MOST_READ
    assert count(database, Operator.EQUAL, "Ann Carter") == MOST_READ
