"""A search finds exactly those whose address or name holds the text, indexed or just changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from people_and_segments import NOW, PEOPLE, ZONE, Person, contains, enter
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from newsletter.database import Database
from subscribers.finding import texts
from subscribers.finding.meant import Meant
from subscribers.finding.refreshing import refresh
from subscribers.finding.searching import page
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments.compiling import Asking

ASKING = Asking(now=NOW, zone=ZONE)
CONFIRMED = Meant(status=SubscriberStatus.CONFIRMED)
LETTERS = "aAbBnNéÉΣσςЖжßİ%_' .\\\"@"
LETTERS_OF = st.text(LETTERS, max_size=4)
LOOKED_FOR = (
    st.text(LETTERS, min_size=1, max_size=2)
    | st.text(LETTERS, min_size=3, max_size=8)
    | st.sampled_from(
        ["example", "B.EXAMPLE", "@a.ex", ".example\nA", "a OR b", 'a" AND "b', "*", "mail.b."]
    )
)
MEANT = st.builds(
    Meant,
    status=st.none() | st.sampled_from(SubscriberStatus),
    segment=st.sampled_from(
        ["", 'source ~ "import" or topic = housing', "language = en", 'name ~ "a"', "not name = x"]
    ),
    asking=st.sampled_from([ASKING, Asking(now=NOW, zone=ZoneInfo("Asia/Tokyo"))]),
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["rename", "move", "end", "erase", "delete", "refresh"]), LETTERS_OF),
    max_size=8,
)


def found(session: Session, words: str, **options: int) -> list[str]:
    people = page(session, words=words, limit=options.pop("limit", 100), **options)
    return [str(person.address) for person in people]


def change(database: Database, act: str, letters: str) -> None:
    """What becomes of the oldest who is still there, or of the index."""
    if act == "refresh":
        refresh(database, ZONE, NOW)
        return
    with database.write() as session:
        there = select(Subscriber).where(Subscriber.address.is_not(None)).order_by(Subscriber.id)
        person = session.scalars(there).first()
        if person is None:
            return
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


def wanted(session: Session, meant: Meant, words: str) -> list[int]:
    """Who is to be found, the newest first, by looking at everybody."""
    people = session.scalars(
        select(Subscriber).where(meant.condition()).order_by(Subscriber.id.desc())
    )
    looked_for = words.replace("\n", "").strip()
    return [
        person.id
        for person in people
        if not looked_for
        or contains(person.address or "", looked_for)
        or contains(person.name, looked_for)
    ]


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    words=st.lists(LOOKED_FOR, min_size=1, max_size=5),
    meant=MEANT,
    people=PEOPLE,
    changes=CHANGES,
    later=PEOPLE,
)
def test_a_search_finds_exactly_those_who_hold_the_text(
    searched: Database,
    words: list[str],
    meant: Meant,
    people: list[Person],
    changes: list[tuple[str, str]],
    later: list[Person],
) -> None:
    with searched.write() as session:
        session.execute(delete(Subscriber))
        enter(session, people)
    refresh(searched, ZONE, NOW)
    for act, letters in changes:
        change(searched, act, letters)
    with searched.write() as session:
        there = set(session.scalars(select(Subscriber.address)))
        enter(session, [person for person in later if person.address not in there])
    with searched.read() as session:
        for looked_for in ("", *words):
            everybody = wanted(session, meant, looked_for)
            for below in (None, *everybody[:2]):
                holding = [n for n in everybody if below is None or n < below]
                first = page(session, meant, words=looked_for, limit=3, below=below)
                assert [person.id for person in first] == holding[:3], looked_for


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(words=LOOKED_FOR.map(texts.fold), people=PEOPLE)
def test_the_index_of_trigrams_misses_nobody(
    searched: Database, words: str, people: list[Person]
) -> None:
    assume(len(words) >= texts.TRIGRAM and texts.BETWEEN not in words)
    with searched.write() as session:
        session.execute(delete(Subscriber))
        enter(session, people)
    refresh(searched, ZONE, NOW)
    with searched.read() as session:
        everybody = session.scalars(select(Subscriber)).all()
        holding = {p.id for p in everybody if words in texts.text_of(p.address or "", p.name)}
        assert set(texts.indexed(session, words, 1 << 40) or ()) >= holding


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
