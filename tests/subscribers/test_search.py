"""Search is an exact substring match on address and name."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_and_segments import NOW, PEOPLE, ZONE, Person, enter
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from newsletter.database import Database
from subscribers.consent import ConsentOrigin
from subscribers.membership import erase
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.search import page
from subscribers.search_folding import fold, search_text
from subscribers.segments.compiling import QueryContext
from subscribers.segments.store import members

ASKING = QueryContext(now=NOW, zone=ZONE)
LETTERS_OF = st.text("aAbBnNéÉΣσςЖжßİ%_' .\\\"@", max_size=4)
WORDS = st.text("aAbBnNéÉΣσςЖжßİ%_' .\\\"@", min_size=1, max_size=8) | st.sampled_from(
    ["example", "B.EXAMPLE", "@a.ex", ".example\nA", "a OR b", "*", "mail.b.", "\0", "\ud800"]
)
SEGMENTS = st.sampled_from(
    ["", 'source ~ "import" or topic = housing', "language = en", 'name ~ "a"', "not name = x"]
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["rename", "move", "end", "erase", "delete"]), st.integers(0, 7), LETTERS_OF
    ),
    max_size=8,
)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("postgresql without pg_trgm", marks=pytest.mark.postgresql),
    ]
)
def searched(request: pytest.FixtureRequest) -> Iterator[Database]:
    kind, _, is_plain = request.param.partition(" ")
    database = Database(request.getfixturevalue(f"{kind}_url"))
    if is_plain:
        with database.write() as session:
            session.execute(text("DROP EXTENSION pg_trgm CASCADE"))
    yield database
    database.close()


def change(session: Session, act: str, who: int, letters: str) -> None:
    """Something that happens to one of those who are still there."""
    there = select(Subscriber).where(Subscriber.address.is_not(None)).order_by(Subscriber.id)
    people = session.scalars(there).all()
    if not people:
        return
    person = people[who % len(people)]
    match act:
        case "rename":
            person.name = letters
        case "move":
            person.address = f"{letters}.{person.id}@moved.example"
        case "end":
            person.status = SubscriberStatus.ENDED
        case "erase":
            person.address, person.name, person.status = None, "", SubscriberStatus.ERASED
        case "delete":
            session.delete(person)


def is_found(person: Subscriber, words: str, status: SubscriberStatus | None) -> bool:
    """Whether somebody is to be found, in plain Python."""
    is_listed = person.status is not SubscriberStatus.ERASED if status is None else True
    sought = fold("".join(c for c in words if c.isprintable()).strip())
    holds = any(sought in fold(part) for part in (person.address or "", person.name))
    return is_listed and status in {None, person.status} and (holds or not sought)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    words=st.lists(WORDS, min_size=1, max_size=5),
    status=st.none() | st.sampled_from(SubscriberStatus),
    segment=SEGMENTS,
    people=PEOPLE,
    changes=CHANGES,
)
def test_a_search_is_an_exact_substring_match(
    searched: Database,
    words: list[str],
    status: SubscriberStatus | None,
    segment: str,
    people: list[Person],
    changes: list[tuple[str, int, str]],
) -> None:
    with searched.write() as session:
        session.execute(delete(Subscriber))
        enter(session, people)
    for act, who, letters in changes:
        with searched.write() as session:
            change(session, act, who, letters)
    with searched.read() as session:
        within = members(segment, ASKING) if segment else None
        query = select(Subscriber).order_by(Subscriber.id.desc())
        everybody = session.scalars(query if within is None else query.where(within)).all()
        for sought in ("", *words):
            wanted = [person.id for person in everybody if is_found(person, sought, status)]
            for below in (None, *wanted[:2]):
                found = page(
                    session, status=status, within=within, words=sought, limit=3, after=below
                )
                expected = [number for number in wanted if below is None or number < below]
                assert [person.id for person in found] == expected[:3], sought


def test_pages_list_everybody_once_newest_first(database: Database) -> None:
    with database.write() as session:
        enter(session, [Person(local="first", domain="a.example")])
        choice = session.execute(text("SELECT choice_id FROM subscribers")).scalar_one()
        session.connection().execute(
            Subscriber.__table__.insert(),
            [
                {
                    "address": f"{'rosa' if number % 10 == 0 else 'ann'}{number}@b.example",
                    "address_hash": f"{number:064x}",
                    "status": SubscriberStatus.CONFIRMED,
                    "choice_id": choice,
                    "joined_at": datetime(2026, 1, 1, tzinfo=UTC),
                }
                for number in range(600)
            ],
        )
    seen: list[str] = []
    below = None
    with database.read() as session:
        while found := page(session, words="ROSA", limit=7, after=below):
            seen += [str(person.address) for person in found]
            below = found[-1].id
    assert seen == [f"rosa{number}@b.example" for number in range(590, -1, -10)]


def test_an_overlong_search_finds_nothing(database: Database) -> None:
    with database.write() as session:
        enter(session, [Person(local="ann", domain="a.example")])
    with database.read() as session:
        assert page(session, words="a" * 100_000, limit=3) == []


def test_erased_subscribers_are_not_found(
    database: Database,
) -> None:
    with database.write() as session:
        enter(session, [Person(local="ann", domain="a.example", name="Ann Carter")])
    with database.write() as session:
        person = session.scalars(select(Subscriber)).one()
        erase(session, person, origin=ConsentOrigin(source="form"), now=NOW)
    with database.read() as session:
        assert page(session, words="carter", limit=3) == []
        assert session.scalar(text("SELECT search_text FROM subscribers")) == ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(people=PEOPLE, changes=CHANGES)
def test_the_search_text_follows_every_change_of_a_subscriber(
    database: Database, people: list[Person], changes: list[tuple[str, int, str]]
) -> None:
    with database.write() as session:
        session.execute(delete(Subscriber))
        enter(session, people)
        for act, who, letters in changes:
            change(session, act, who, letters)
    with database.read() as session:
        for person in session.scalars(select(Subscriber)):
            assert person.search_text == search_text(person.address, person.name)


@pytest.mark.postgresql
def test_postgresql_uses_its_index_for_a_rare_search(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with database.read() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.scalars(
            text("EXPLAIN SELECT id FROM subscribers WHERE search_text LIKE '%quarterdeck%'")
        )
        assert any("subscribers_search" in line for line in plan)
    database.close()
