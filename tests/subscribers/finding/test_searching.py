"""A search finds exactly those whose address or name holds the text, indexed or just changed."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_and_segments import NOW, PEOPLE, ZONE, Person, contains, enter
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from newsletter.database import Database
from subscribers.finding.meant import Meant
from subscribers.finding.refreshing import refresh
from subscribers.finding.searching import page
from subscribers.models import Subscriber, SubscriberStatus

CONFIRMED = Meant(status=SubscriberStatus.CONFIRMED)
LOOKED_FOR = st.text("aAbBnNéÉΣσЖж%_' .\\\"@", min_size=1, max_size=8) | st.sampled_from(
    ["example", "B.EXAMPLE", "@a.ex", ".example\nA", "a OR b", 'a" AND "b', "*", "mail.b.example"]
)


def found(session: Session, words: str, **options: int) -> list[str]:
    people = page(session, words=words, limit=options.pop("limit", 100), **options)
    return [str(person.address) for person in people]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(words=st.lists(LOOKED_FOR, min_size=1, max_size=5), people=PEOPLE, later=PEOPLE)
def test_a_search_finds_exactly_those_who_hold_the_text(
    database: Database, words: list[str], people: list[Person], later: list[Person]
) -> None:
    with database.write() as session:
        session.execute(delete(Subscriber))
        enter(session, people)
    refresh(database, ZONE, NOW)
    here = {person.address: person.name for person in people}
    with database.write() as session:
        enter(session, [person for person in later if person.address not in here])
        for person in later:
            same = Subscriber.address == person.address
            session.execute(update(Subscriber).where(same).values(name=person.name))
    here |= {person.address: person.name for person in later}
    with database.read() as session:
        for wanted in words:
            looked_for = wanted.replace("\n", "").strip()
            holding = {
                address
                for address, name in here.items()
                if contains(address, looked_for) or contains(name, looked_for)
            }
            assert set(found(session, wanted)) == holding, wanted


@pytest.fixture
def many(database: Database) -> Database:
    """More people than one look at the newest ones reaches, every hundredth called Rosa."""
    with database.write() as session:
        enter(session, [Person(local="first", domain="a.example")])
        choice = session.execute(text("SELECT choice_id FROM subscribers")).scalar_one()
        session.connection().execute(
            Subscriber.__table__.insert(),
            [
                {
                    "address": f"{'rosa' if number % 100 == 0 else 'ann'}{number}@b.example",
                    "address_hash": f"{number:064x}",
                    "status": SubscriberStatus.PENDING
                    if number % 3
                    else SubscriberStatus.CONFIRMED,
                    "choice_id": choice,
                    "joined_at": datetime(2026, 1, 1, tzinfo=UTC),
                }
                for number in range(6000)
            ],
        )
    return database


@pytest.mark.parametrize("is_indexed", [True, False])
@pytest.mark.parametrize("words", ["rosa", "sa", "ROSA5"])
def test_pages_of_a_search_bring_everybody_once_the_newest_first(
    many: Database, words: str, is_indexed: bool
) -> None:
    if is_indexed:
        refresh(many, ZONE, NOW)
    seen: list[Subscriber] = []
    with many.read() as session:
        while True:
            below = seen[-1].id if seen else None
            more = page(session, CONFIRMED, words=words, limit=7, below=below)
            if not more:
                break
            seen += more
    wanted = [
        n for n in range(0, 6000, 100) if f"rosa{n}@".startswith(words.lower()) or words == "sa"
    ]
    assert len(seen) == len([number for number in wanted if number % 3 == 0])
    assert all(first.id > second.id for first, second in pairwise(seen))


def test_whoever_is_erased_is_found_no_more_and_her_text_is_gone_at_once(
    database: Database,
) -> None:
    with database.write() as session:
        enter(session, [Person(local="ann", domain="a.example", name="Ann Carter")])
    refresh(database, ZONE, NOW)
    with database.write() as session:
        session.execute(
            update(Subscriber).values(address=None, name="", status=SubscriberStatus.ERASED)
        )
    with database.read() as session:
        assert found(session, "carter") == []
        assert session.scalar(text("SELECT count(*) FROM people_search")) == 0


def test_without_the_extension_for_trigrams_a_search_finds_the_same(
    postgresql_url: str,
) -> None:
    database = Database(postgresql_url)
    with database.write() as session:
        session.execute(text("DROP EXTENSION pg_trgm CASCADE"))
        enter(session, [Person(local="ann", domain="a.example", name="Ann Carter")])
    refresh(database, ZONE, NOW)
    with database.read() as session:
        assert found(session, "carter") == ["ann@a.example"]
    database.close()
