"""The index follows the list: when it is due, what it forgets, and two who bring it up to date."""

from datetime import timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from people_and_segments import NOW, ZONE, Person, enter
from sqlalchemy import delete, event, select, update

from newsletter.database import Database
from subscribers import store
from subscribers.finding import counting
from subscribers.finding.models import PeopleChange, PeopleValue
from subscribers.finding.numbering import MOST_VALUES
from subscribers.finding.refreshing import DUE_AFTER, refresh, refresh_due
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments.compiling import Asking

ASKING = Asking(now=NOW, zone=ZONE)
ANN = Person(local="ann", domain="a.example", source="form", attributes={"telephone": "01632 960"})
BEN = Person(local="ben", domain="b.example", source="form", topics=frozenset(["housing"]))


@pytest.fixture
def both(database: Database) -> Database:
    with database.write() as session:
        enter(session, [ANN, BEN])
    refresh(database, ZONE, NOW)
    return database


def change(database: Database, person: Person, **values: object) -> None:
    with database.write() as session:
        same = Subscriber.address == person.address
        session.execute(update(Subscriber).where(same).values(**values))


def test_a_count_of_people_who_have_not_changed_reads_none_of_them(both: Database) -> None:
    statements: list[str] = []
    event.listen(
        both.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    with both.read() as session:
        assert counting.count(session, "topic = housing and source = form", ASKING) == 2
        assert counting.count_by_status(session) == {SubscriberStatus.CONFIRMED: 2}
    of_people = [text for text in statements if "FROM subscribers" in text]
    assert of_people
    assert all("people_changes" in text for text in of_people)


def test_in_another_zone_than_the_index_has_the_list_is_read(both: Database) -> None:
    elsewhere = Asking(now=NOW, zone=ZoneInfo("Asia/Tokyo"))
    with both.read() as session:
        assert counting.count(session, "joined = today and source = form", elsewhere) == 2


def test_a_few_changes_wait_for_half_an_hour(both: Database) -> None:
    change(both, ANN, source="paper")
    assert refresh_due(both, ZONE, NOW + timedelta(minutes=1)) == 0
    assert refresh_due(both, ZONE, NOW + DUE_AFTER) == 1
    assert refresh_due(both, ZONE, NOW + DUE_AFTER) == 0


def test_whoever_is_erased_or_deleted_is_forgotten_at_the_next_look(both: Database) -> None:
    change(both, ANN, address=None, name="", status=SubscriberStatus.ERASED)
    assert refresh_due(both, ZONE, NOW + timedelta(minutes=1)) == 1
    with both.write() as session:
        session.execute(delete(Subscriber).where(Subscriber.address == BEN.address))
    refresh_due(both, ZONE, NOW + timedelta(minutes=2))
    with both.read() as session:
        assert session.scalars(select(PeopleChange)).all() == []


def test_another_zone_begins_anew(both: Database) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert refresh_due(both, tokyo, NOW) == 2
    with both.read() as session:
        today = Asking(now=NOW, zone=tokyo)
        assert counting.count(session, "joined = today", today) == 2


def test_a_value_that_nobody_has_any_longer_is_forgotten(both: Database) -> None:
    gone = {"address": None, "attributes": {}, "source": "", "status": SubscriberStatus.ERASED}
    change(both, ANN, **gone)
    refresh(both, ZONE, NOW)
    with both.read() as session:
        values = set(session.scalars(select(PeopleValue.value)))
    assert values.isdisjoint({"01632 960", "a.example"})
    assert {"b.example", "form"} <= values


def enter_many(database: Database, numbers: range) -> None:
    """People with a source of their own each."""
    with database.write() as session:
        choice = session.scalars(select(Subscriber.choice_id).limit(1)).one()
        rows = [
            {
                "address": f"p{number}@b.example",
                "address_hash": f"{number + 1:064x}",
                "status": SubscriberStatus.CONFIRMED,
                "choice_id": choice,
                "source": f"import of members.csv, row {number}",
                "joined_at": NOW,
            }
            for number in numbers
        ]
        session.connection().execute(Subscriber.__table__.insert(), rows)
    refresh(database, ZONE, NOW)


def test_a_field_that_gets_too_many_values_for_numbers_is_counted_by_its_words(
    database: Database,
) -> None:
    with database.write() as session:
        enter(session, [ANN])
    # So many at once that the field has outgrown its numbers only with the second lot.
    enter_many(database, range(MOST_VALUES - 100))
    change(database, ANN, source="paper, row 7")
    enter_many(database, range(MOST_VALUES - 100, MOST_VALUES + 100))
    with database.read() as session:
        for text, found in (
            ('source ~ "import"', MOST_VALUES + 100),
            ('source ~ "ROW 7"', sum(str(n).startswith("7") for n in range(MOST_VALUES + 100)) + 1),
            ('source = "import of members.csv, row 77"', 1),
            ("source ~ 77", sum("77" in str(number) for number in range(MOST_VALUES + 100))),
            ("source = form", 0),
            ("source is empty", 0),
            ("domain = b.example", MOST_VALUES + 100),
        ):
            assert counting.count(session, text, ASKING) == found, text
        assert session.scalars(select(PeopleValue).where(PeopleValue.field == "source")).all() == []


def test_who_is_deleted_is_counted_no_more(both: Database) -> None:
    with both.write() as session:
        session.execute(delete(Subscriber).where(Subscriber.address == ANN.address))
    for _ in ("noted", "refreshed"):
        with both.read() as session:
            assert counting.count(session, "status = confirmed", ASKING) == 1
        refresh(both, ZONE, NOW)


def test_two_who_bring_it_up_to_date_at_once_leave_it_right(both: Database) -> None:
    change(both, ANN, source="paper")
    together = Barrier(2)

    def refresh_together() -> None:
        together.wait()
        refresh(both, ZONE, NOW)

    threads = [Thread(target=refresh_together) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refresh(both, ZONE, NOW)
    with both.read() as session:
        assert session.scalars(select(PeopleChange)).all() == []
        assert counting.count(session, "source = paper", ASKING) == 1


def test_counts_by_status_are_those_of_the_list_while_people_change(both: Database) -> None:
    change(both, BEN, status=SubscriberStatus.ENDED)
    with both.read() as session:
        assert counting.count_by_status(session) == store.count_by_status(session)


def test_the_erased_are_in_no_segment_and_counted_by_themselves(both: Database) -> None:
    change(both, ANN, address=None, status=SubscriberStatus.ERASED)
    for _ in ("noted", "refreshed"):
        with both.read() as session:
            assert counting.count(session, "not status = pending", ASKING) == 1
            assert counting.count_by_status(session) == store.count_by_status(session)
        refresh(both, ZONE, NOW)
