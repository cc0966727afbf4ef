"""A search finds exactly those whose address or name holds the text, indexed or just changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from people_and_segments import NOW, PEOPLE, ZONE, Person, contains, enter
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from newsletter.database import Database
from subscribers.finding import texts
from subscribers.finding.meant import EVERYBODY, Meant, Within
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
WITHIN = st.builds(
    Within,
    expression=st.sampled_from(
        ['source ~ "import" or topic = housing', "language = en", 'name ~ "a"', "not name = x"]
    ),
    asking=st.sampled_from([ASKING, Asking(now=NOW, zone=ZoneInfo("Asia/Tokyo"))]),
)
MEANT = st.builds(
    Meant, status=st.none() | st.sampled_from(SubscriberStatus), within=st.none() | WITHIN
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["rename", "move", "end", "erase", "delete", "refresh"]),
        st.integers(0, 7),
        LETTERS_OF,
    ),
    max_size=12,
)


def found(session: Session, words: str, **options: int) -> list[str]:
    people = page(session, words=words, limit=options.pop("limit", 100), **options)
    return [str(person.address) for person in people]


def change(database: Database, act: str, who: int, letters: str) -> None:
    """What becomes of one of those who are still there, or of the index."""
    if act == "refresh":
        refresh(database, ZONE, NOW)
        return
    with database.write() as session:
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
    changes: list[tuple[str, int, str]],
    later: list[Person],
) -> None:
    with searched.write() as session:
        session.execute(delete(Subscriber))
        enter(session, people)
    refresh(searched, ZONE, NOW)
    for act, who, letters in changes:
        change(searched, act, who, letters)
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


def numbers_of(searched: Database, meant: Meant, words: str) -> list[int]:
    """Whom all the pages of a search bring, one after the other."""
    seen: list[Subscriber] = []
    with searched.read() as session:
        while True:
            below = seen[-1].id if seen else None
            more = page(session, meant, words=words, limit=7, below=below)
            if not more:
                return [int(str(person.address)[4:].partition("@")[0]) for person in seen]
            seen += more


@pytest.mark.parametrize("is_indexed", [True, False])
@pytest.mark.parametrize("meant", [CONFIRMED, EVERYBODY])
@pytest.mark.parametrize("words", ["rosa", "sa", "ROSA5"])
def test_pages_of_a_search_bring_everybody_once_the_newest_first(
    many: Database, meant: Meant, words: str, is_indexed: bool
) -> None:
    if is_indexed:
        refresh(many, ZONE, NOW)
    assert numbers_of(many, meant, words) == [
        number
        for number in reversed(range(0, 6000, 100))
        if (words.lower() in f"rosa{number}") and (meant is EVERYBODY or number % 3 == 0)
    ]


def test_whoever_is_noted_as_changed_and_has_a_kept_text_comes_once(many: Database) -> None:
    refresh(many, ZONE, NOW)
    with many.write() as session:
        rosas = update(Subscriber).where(Subscriber.address.startswith("rosa"))
        session.execute(rosas.values(language="en"))
    assert numbers_of(many, EVERYBODY, "rosa") == list(reversed(range(0, 6000, 100)))


def test_where_the_index_of_trigrams_knows_too_many_the_texts_are_read(
    many: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(many, ZONE, NOW)
    monkeypatch.setattr(texts, "MOST_INDEXED", 20)
    assert numbers_of(many, EVERYBODY, "rosa") == list(reversed(range(0, 6000, 100)))


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
