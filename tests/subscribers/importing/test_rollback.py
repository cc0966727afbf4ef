"""Rollback of an import: complete, except for subscribers mailed or active since."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import false, select

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import Conflict, ResourceNotFound
from subscribers import membership, store
from subscribers.addresses import hash_address
from subscribers.consent import ConsentOrigin, history
from subscribers.importing import bulk_suppression
from subscribers.importing.list_importer import ImportTerms, ListImporter
from subscribers.importing.rows import ListedPerson
from subscribers.importing.storage.history import ImportStart, begin, by_number, finish
from subscribers.importing.storage.rollback import RollbackResult, roll_back
from subscribers.importing.values.states import ListState
from subscribers.membership import Preferences, Signup
from subscribers.models import Frequency, Subscriber, SubscriberStatus
from subscribers.topics import Choice

SECRET = "a secret that only the tests know"
TERMS = ImportTerms(file="members.csv", secret=SECRET, consent="paper forms")
ANN, BEN, CAT = (f"{name}@wexcombe.example" for name in ("ann", "ben", "cat"))


def person(address: str, state: ListState = ListState.SUBSCRIBED, name: str = "") -> ListedPerson:
    return ListedPerson(
        row=2,
        address=address,
        name=name,
        preferences=Preferences(
            name="", choice=Choice(topics=("housing",)), frequency=Frequency.REGULAR
        ),
        attributes={"ward": "Abbey"},
        since="",
        state=state,
    )


def entered(
    database: Database,
    clock: FixedClock,
    people: Sequence[ListedPerson],
    *,
    sha256: str = "a",
    terms: ImportTerms = TERMS,
) -> int:
    """The number of an import of these people."""
    start = ImportStart(
        file="members.csv", sha256=sha256, consent=terms.consent, report={"rows": 1}
    )
    with database.write() as session:
        number = begin(session, start, clock.now()).id
    ListImporter(database, terms, clock, number).import_batch(people)
    with database.write() as session:
        finish(session, number, {"confirmed": len(people)}, clock.now())
    return number


def undone(
    database: Database, clock: FixedClock, number: int, mailed: Sequence[str] = ()
) -> RollbackResult:
    condition = Subscriber.address.in_(mailed) if mailed else false()
    with database.write() as session:
        return roll_back(session, number, condition, clock.now())


def standing(database: Database, address: str) -> SubscriberStatus | None:
    with database.read() as session:
        found = store.find_by_address(session, address)
        return found.status if found else None


def is_suppressed(database: Database, address: str) -> bool:
    with database.read() as session:
        return store.find_suppression(session, hash_address(SECRET, address)) is not None


def test_a_rollback_removes_every_added_subscriber(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN), person(BEN, ListState.LEFT)])
    assert undone(database, clock, number) == RollbackResult(
        forgotten=1, kept=0, lifted=1, restored=0
    )
    assert standing(database, ANN) is None
    assert not is_suppressed(database, BEN)
    with database.read() as session:
        rows = session.execute(select(Subscriber.address, Subscriber.name, Subscriber.attributes))
        assert rows.all() == [(None, "", {})]


def test_the_file_can_be_imported_again_after_a_rollback(
    database: Database, clock: FixedClock
) -> None:
    undone(database, clock, entered(database, clock, [person(ANN), person(BEN, ListState.LEFT)]))
    entered(database, clock, [person(ANN), person(BEN)])
    assert standing(database, ANN) is standing(database, BEN) is SubscriberStatus.CONFIRMED


def test_mailed_subscribers_are_kept(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN), person(BEN)])
    assert undone(database, clock, number, mailed=[ANN]).kept == 1
    assert standing(database, ANN) is SubscriberStatus.CONFIRMED
    assert standing(database, BEN) is None


def test_active_subscribers_are_kept_with_their_preferences(
    database: Database, clock: FixedClock
) -> None:
    number = entered(database, clock, [person(ANN), person(BEN)])
    with database.write() as session:
        left = store.by_address(session, ANN)
        membership.leave(session, left, origin=ConsentOrigin(source="one-click"), now=clock.now())
    assert undone(database, clock, number).kept == 1
    assert standing(database, ANN) is SubscriberStatus.ENDED


def test_existing_subscribers_are_unchanged(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        joining = Signup(address=ANN)
        membership.join(
            session,
            SECRET,
            joining,
            origin=ConsentOrigin(source="form"),
            proven=True,
            now=clock.now(),
        )
    undone(database, clock, entered(database, clock, [person(ANN), person(ANN, ListState.LEFT)]))
    assert standing(database, ANN) is SubscriberStatus.CONFIRMED


def test_ended_subscriptions_are_restored(database: Database, clock: FixedClock) -> None:
    entered(database, clock, [person(ANN)])
    number = entered(database, clock, [person(ANN, ListState.LEFT)], sha256="b")
    assert standing(database, ANN) is SubscriberStatus.ENDED
    assert undone(database, clock, number).restored == 1
    assert standing(database, ANN) is SubscriberStatus.CONFIRMED
    with database.read() as session:
        kinds = [event.kind.value for event in history(session, store.by_address(session, ANN))]
    assert kinds == ["asked", "given", "withdrawn", "given"]


def test_changed_data_is_restored(database: Database, clock: FixedClock) -> None:
    entered(database, clock, [person(ANN, name="Ann")])
    anew = replace(TERMS, updates=frozenset({"name"}))
    changed = [person(ANN, name="Ann Carter")]
    number = entered(database, clock, changed, sha256="b", terms=anew)
    assert undone(database, clock, number).restored == 1
    with database.read() as session:
        assert store.by_address(session, ANN).name == "Ann"


def test_a_suppression_with_another_source_is_kept(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN, ListState.LEFT), person(BEN, ListState.LEFT)])
    with database.write() as session:
        store.add_suppression(session, hash_address(SECRET, ANN), "asked", clock.now())
    bulk_suppression.suppress(database, SECRET, [BEN], "asked by letter", clock.now())
    assert undone(database, clock, number).lifted == 0
    assert is_suppressed(database, ANN)
    assert is_suppressed(database, BEN)


def test_a_suppression_by_another_import_is_kept(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN, ListState.LEFT)])
    entered(database, clock, [person(ANN, ListState.LEFT)], sha256="b")
    undone(database, clock, number)
    assert is_suppressed(database, ANN)


def test_the_same_import_is_not_another_source(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN, ListState.LEFT)])
    entered(database, clock, [person(ANN, ListState.LEFT)])
    undone(database, clock, number)
    assert not is_suppressed(database, ANN)


def test_an_interrupted_import_continues_under_its_number(
    database: Database, clock: FixedClock
) -> None:
    start = ImportStart(file="members.csv", sha256="c", consent="", report={})
    with database.write() as session:
        first = begin(session, start, clock.now()).id
    with database.write() as session:
        assert begin(session, start, clock.now()).id == first
        finish(session, first, {}, clock.now())
    with database.write() as session:
        assert begin(session, start, clock.now()).id != first


def test_an_import_is_rolled_back_once(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(CAT)])
    undone(database, clock, number)
    with pytest.raises(Conflict, match="was taken back"):
        undone(database, clock, number)
    with pytest.raises(ResourceNotFound):
        undone(database, clock, 999)
    with database.read() as session:
        assert by_number(session, number).undone_at == clock.now()
