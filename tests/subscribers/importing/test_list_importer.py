"""Import in batches gives the same result as joining and leaving one by one."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import wait_until
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import InvalidInput
from subscribers import membership, store
from subscribers.addresses import hash_address, normalise_address
from subscribers.consent import ConsentOrigin
from subscribers.importing.list_importer import IMPORTED, ImportDryRun, ImportTerms, ListImporter
from subscribers.importing.rows import ListedPerson
from subscribers.importing.storage.history import ImportStart, begin
from subscribers.importing.storage.planning import HAS_LEFT
from subscribers.importing.values.states import ListState
from subscribers.membership import Preferences, Signup
from subscribers.models import (
    ConsentEvent,
    Frequency,
    Subscriber,
    SubscriberStatus,
    Suppression,
    TopicChoice,
)
from subscribers.topics import Choice

FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SECRET = "a secret that only the tests know"
FORM = ConsentOrigin(source="form")
PEOPLE = ("ann", "ben", "cat", "dov")
ADDRESSES = [f"{name}@wexcombe.example" for name in PEOPLE]
WRITTEN = st.sampled_from([*ADDRESSES, *map(str.title, ADDRESSES), "nowhere", "", "x@y.test"])
PREFERENCES = st.builds(
    Preferences,
    name=st.just(""),
    choice=st.builds(
        Choice,
        topics=st.lists(st.sampled_from(["housing", "transport"]), max_size=3).map(tuple),
        digests=st.lists(st.just("friday"), max_size=1).map(tuple),
    ),
    frequency=st.sampled_from(Frequency),
    language=st.sampled_from(["", "cy"]),
)
BEFORE = st.lists(
    st.tuples(
        st.sampled_from(ADDRESSES),
        st.sampled_from(["form", "pending", "imported", "left", "suppressed", "erased", "back"]),
    ),
    unique_by=lambda pair: pair[0],
)


@st.composite
def rows(draw: st.DrawFn) -> list[ListedPerson]:
    count = draw(st.integers(min_value=1, max_value=12))
    return [
        ListedPerson(
            row=number,
            address=draw(WRITTEN),
            name=draw(st.sampled_from(["", "Ann\r\nBcc: x", " Zoë  Haywood"])),
            preferences=draw(PREFERENCES),
            attributes=draw(st.sampled_from([{}, {"ward": "Abbey"}])),
            since=draw(st.sampled_from(["", "; there joined 2019"])),
            state=draw(st.sampled_from(ListState)),
            paused_until=draw(st.sampled_from([None, FRIDAY])),
        )
        for number in range(2, 2 + count)
    ]


def one_by_one(
    session: Session, person: ListedPerson, terms: ImportTerms, clock: FixedClock
) -> str:
    """The outcome of a row by single steps."""
    try:
        address_hash = hash_address(SECRET, normalise_address(person.address))
    except InvalidInput:
        return "refused"
    query = select(Subscriber).where(
        Subscriber.address_hash == address_hash, Subscriber.status != SubscriberStatus.ERASED
    )
    known = session.scalars(query).first()
    suppression = store.find_suppression(session, address_hash)
    has_left = person.state in HAS_LEFT
    if has_left and (known is None or known.source.startswith(IMPORTED)):
        reason = f"{person.state} at the list of {terms.file}"
        new = store.add_suppression(session, address_hash, reason, clock.now())
        if known is not None:
            origin = ConsentOrigin(
                source=f"{IMPORTED}{terms.file}, row {person.row}: {person.state}"
            )
            membership.leave(session, known, origin=origin, now=clock.now())
        return "suppressed" if new else "unchanged"
    if suppression is not None:
        return "refused"
    if known is not None:
        is_over = has_left or known.status in membership.FINISHED_STATUSES
        return "refused" if is_over else "unchanged"
    return join(session, person, terms, clock)


def join(session: Session, person: ListedPerson, terms: ImportTerms, clock: FixedClock) -> str:
    is_proven = bool(terms.consent) and person.state is ListState.SUBSCRIBED
    proof = terms.consent if is_proven else "no proof given"
    particulars = f", row {person.row}: {proof}{person.since}"
    subscriber = membership.join(
        session,
        SECRET,
        Signup(
            address=person.address,
            name=person.name,
            language=person.preferences.language,
            topics=person.preferences.choice.topics,
            digests=person.preferences.choice.digests,
            frequency=person.preferences.frequency,
        ),
        origin=ConsentOrigin(source=f"{IMPORTED}{terms.file}", particulars=particulars),
        proven=is_proven,
        now=clock.now(),
    )
    subscriber.attributes = dict(person.attributes)
    membership.pause(subscriber, person.paused_until)
    return subscriber.status.value


def prepare(database: Database, before: Sequence[tuple[str, str]], clock: FixedClock) -> None:
    """Existing subscribers."""
    now = clock.now()
    with database.write() as session:
        for address, how in before:
            if how == "suppressed":
                store.add_suppression(session, hash_address(SECRET, address), "asked", now)
                continue
            origin = (
                replace(FORM, source=f"{IMPORTED}old.csv, row 2") if how == "imported" else FORM
            )
            proven = how != "pending"
            joining = Signup(address=address, name="Known")
            person = membership.join(
                session, SECRET, joining, origin=origin, proven=proven, now=now
            )
            if how == "left":
                membership.leave(session, person, origin=FORM, now=now)
            if how in {"erased", "back"}:
                membership.erase(session, person, origin=FORM, now=now)
            if how == "back":
                store.remove_suppression(session, hash_address(SECRET, address))
                membership.join(session, SECRET, joining, origin=FORM, proven=True, now=now)


def begun(database: Database, clock: FixedClock) -> int:
    """The number of an import."""
    start = ImportStart(file="members.csv", sha256="0", consent="", report={})
    with database.write() as session:
        return begin(session, start, clock.now()).id


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All stored data of subscribers, events in order."""
    with database.read() as session:
        keys = dict(session.execute(select(TopicChoice.id, TopicChoice.key)).all())
        people = session.scalars(select(Subscriber).order_by(Subscriber.id))
        events = session.scalars(
            select(ConsentEvent).order_by(ConsentEvent.subscriber_id, ConsentEvent.id)
        )
        suppressed = session.scalars(select(Suppression).order_by(Suppression.address_hash))
        skipped = {"_sa_instance_state", "choice_id", "import_id"}
        return {
            "people": [
                (keys[p.choice_id], *(v for k, v in sorted(vars(p).items()) if k not in skipped))
                for p in people
            ],
            "events": [
                (e.subscriber_id, e.at, e.kind, e.source, e.details, e.wording, e.wording_version)
                for e in events
            ],
            "suppressed": [(s.address_hash, s.reason, s.created_at) for s in suppressed],
        }


@contextmanager
def copies(template: Path) -> Iterator[tuple[Database, Database]]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("one.db", "other.db")]
        opened = []
        for path in paths:
            shutil.copy(template, path)
            opened.append(Database(f"sqlite:///{path}"))
        yield opened[0], opened[1]
        for database in opened:
            database.close()


@settings(max_examples=60)
@given(
    before=BEFORE,
    people=rows(),
    consent=st.sampled_from(["", "paper forms"]),
    cut=st.integers(0, 12),
)
def test_a_batch_equals_single_steps_and_the_dry_run(
    sqlite_template: Path,
    before: list[tuple[str, str]],
    people: list[ListedPerson],
    consent: str,
    cut: int,
) -> None:
    clock = FixedClock(FRIDAY)
    terms = ImportTerms(file="members.csv", secret=SECRET, consent=consent)
    with copies(sqlite_template) as (plain, ours):
        for database in (plain, ours):
            prepare(database, before, clock)
        expected = []
        for person in people:
            with plain.write() as session:
                expected.append(one_by_one(session, person, terms, clock))
        batches = [batch for batch in (people[:cut], people[cut:]) if batch]
        dry_run, importer = (
            ImportDryRun(ours, terms),
            ListImporter(ours, terms, clock, begun(ours, clock)),
        )
        foreseen = [decision for batch in batches for decision in dry_run.import_batch(batch)]
        decisions = [decision for batch in batches for decision in importer.import_batch(batch)]
        assert foreseen == decisions
        assert [decision.outcome.value for decision in decisions] == expected
        assert everything(ours) == everything(plain)


@settings(max_examples=30)
@given(before=BEFORE, first=rows(), second=rows(), cut=st.integers(0, 12))
def test_an_update_matches_its_dry_run_and_is_idempotent(
    sqlite_template: Path,
    before: list[tuple[str, str]],
    first: list[ListedPerson],
    second: list[ListedPerson],
    cut: int,
) -> None:
    clock = FixedClock(FRIDAY)
    terms = ImportTerms(file="members.csv", secret=SECRET, consent="paper forms")
    anew = replace(terms, updates=frozenset({"name", "topics", "frequency", "attributes"}))
    with copies(sqlite_template) as (ours, _):
        prepare(ours, before, clock)
        ListImporter(ours, terms, clock, begun(ours, clock)).import_batch(first)
        dry_run, importer = (
            ImportDryRun(ours, anew),
            ListImporter(ours, anew, clock, begun(ours, clock)),
        )
        batches = [batch for batch in (second[:cut], second[cut:]) if batch]
        foreseen = [decision for batch in batches for decision in dry_run.import_batch(batch)]
        assert foreseen == [
            decision for batch in batches for decision in importer.import_batch(batch)
        ]
        after = everything(ours)["people"]
        for batch in batches:
            importer.import_batch(batch)
        assert everything(ours)["people"] == after


def person(row: int, address: str, state: ListState = ListState.SUBSCRIBED) -> ListedPerson:
    preferences = Preferences(
        name="", choice=Choice(topics=("housing",)), frequency=Frequency.REGULAR
    )
    return ListedPerson(
        row=row,
        address=address,
        name="Zoë",
        preferences=preferences,
        attributes={"ward": "Abbey"},
        since="",
        state=state,
    )


TERMS = ImportTerms(file="members.csv", secret=SECRET, consent="paper forms")


def test_both_databases_store_the_same(database: Database, clock: FixedClock) -> None:
    prepare(database, [(ADDRESSES[2], "imported"), (ADDRESSES[3], "back")], clock)
    batch = [
        person(2, ADDRESSES[0]),
        person(3, ADDRESSES[1]),
        person(4, ADDRESSES[0].upper(), ListState.LEFT),
        person(5, ADDRESSES[2], ListState.BOUNCED),
        person(6, ADDRESSES[3]),
        person(7, "far@wexcombe.example", ListState.COMPLAINED),
    ]
    decisions = ListImporter(database, TERMS, clock, begun(database, clock)).import_batch(batch)
    outcomes = [decision.outcome.value for decision in decisions]
    assert outcomes == [
        "confirmed",
        "confirmed",
        "suppressed",
        "suppressed",
        "unchanged",
        "suppressed",
    ]
    with database.read() as session:
        ann = store.by_address(session, ADDRESSES[0])
        ben = store.by_address(session, ADDRESSES[1])
        assert (ann.status, ben.status) == (SubscriberStatus.ENDED, SubscriberStatus.CONFIRMED)
        assert ann.ended_at == ben.confirmed_at == ben.active_at == clock.now()
        assert ben.attributes == {"ward": "Abbey"}
        assert store.by_address(session, ADDRESSES[2]).status is SubscriberStatus.ENDED
    again = ListImporter(database, TERMS, clock, begun(database, clock)).import_batch(batch)
    assert {decision.outcome.value for decision in again} == {"unchanged", "refused"}


def test_a_sign_up_after_an_import_gets_a_new_id(database: Database, clock: FixedClock) -> None:
    ListImporter(database, TERMS, clock, begun(database, clock)).import_batch(
        [person(2, ADDRESSES[0])]
    )
    prepare(database, [(ADDRESSES[1], "form")], clock)
    with database.read() as session:
        assert (
            store.by_address(session, ADDRESSES[0]).id < store.by_address(session, ADDRESSES[1]).id
        )


@pytest.mark.postgresql
def test_a_concurrent_sign_up_is_not_duplicated(postgresql_url: str, clock: FixedClock) -> None:
    """A sign-up that is inserted after the batch was read, and committed while it waits."""
    database, others = Database(postgresql_url), Database(postgresql_url)
    with ThreadPoolExecutor(1) as pool, others.write() as session:
        joining = Signup(address=ADDRESSES[0], name="Signed Up")
        membership.join(session, SECRET, joining, origin=FORM, proven=True, now=clock.now())
        batch = [person(2, ADDRESSES[0]), person(3, ADDRESSES[1])]
        entering = pool.submit(
            ListImporter(database, TERMS, clock, begun(database, clock)).import_batch, batch
        )
        wait_until(lambda: is_waiting(postgresql_url))
        session.commit()
        decisions = entering.result(30)
    assert [decision.outcome.value for decision in decisions] == ["unchanged", "confirmed"]
    with database.read() as session:
        assert store.by_address(session, ADDRESSES[0]).name == "Signed Up"
        assert store.count_by_status(session) == {SubscriberStatus.CONFIRMED: 2}
    database.close()
    others.close()


def is_waiting(url: str) -> bool:
    """Whether a transaction of this database waits for another."""
    database = Database(url)
    with database.read() as session:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        found = session.scalar(text(waiting))
    database.close()
    return bool(found)
