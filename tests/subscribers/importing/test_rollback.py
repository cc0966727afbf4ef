"""Taking an import back: as if it had never been, but for those who were mailed or have acted."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import false, select

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import Conflict, ResourceNotFound
from subscribers import membership, store
from subscribers.addresses import hash_address
from subscribers.consent import Origin, history
from subscribers.importing import bulk_suppression
from subscribers.importing.history import ImportStart, begin, by_number, finish
from subscribers.importing.list_importer import ImportTerms, ListImporter
from subscribers.importing.rollback import RollbackResult, roll_back
from subscribers.importing.rows import Person
from subscribers.importing.states import ListState
from subscribers.membership import Preferences, Signup
from subscribers.models import Frequency, Subscriber, SubscriberStatus
from subscribers.topics import Choice

SECRET = "a secret that only the tests know"
TERMS = ImportTerms(file="members.csv", secret=SECRET, consent="paper forms")
ANN, BEN, CAT = (f"{name}@wexcombe.example" for name in ("ann", "ben", "cat"))


def person(address: str, state: ListState = ListState.SUBSCRIBED, name: str = "") -> Person:
    return Person(
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
    people: Sequence[Person],
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


def test_nobody_of_it_is_left_behind(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN), person(BEN, ListState.LEFT)])
    assert undone(database, clock, number) == RollbackResult(
        forgotten=1, kept=0, lifted=1, restored=0
    )
    assert standing(database, ANN) is None
    assert not is_suppressed(database, BEN)
    with database.read() as session:
        rows = session.execute(select(Subscriber.address, Subscriber.name, Subscriber.attributes))
        assert rows.all() == [(None, "", {})]


def test_the_same_file_can_be_imported_again(database: Database, clock: FixedClock) -> None:
    undone(database, clock, entered(database, clock, [person(ANN), person(BEN, ListState.LEFT)]))
    entered(database, clock, [person(ANN), person(BEN)])
    assert standing(database, ANN) is standing(database, BEN) is SubscriberStatus.CONFIRMED


def test_who_was_mailed_stays(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN), person(BEN)])
    assert undone(database, clock, number, mailed=[ANN]).kept == 1
    assert standing(database, ANN) is SubscriberStatus.CONFIRMED
    assert standing(database, BEN) is None


def test_who_has_acted_here_stays_as_they_chose(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN), person(BEN)])
    with database.write() as session:
        left = store.by_address(session, ANN)
        membership.leave(session, left, origin=Origin(source="one-click"), now=clock.now())
    assert undone(database, clock, number).kept == 1
    assert standing(database, ANN) is SubscriberStatus.ENDED


def test_who_was_here_before_is_not_touched(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        joining = Signup(address=ANN)
        membership.join(
            session, SECRET, joining, origin=Origin(source="form"), proven=True, now=clock.now()
        )
    undone(database, clock, entered(database, clock, [person(ANN), person(ANN, ListState.LEFT)]))
    assert standing(database, ANN) is SubscriberStatus.CONFIRMED


def test_whom_it_ended_stands_as_before(database: Database, clock: FixedClock) -> None:
    entered(database, clock, [person(ANN)])
    number = entered(database, clock, [person(ANN, ListState.LEFT)], sha256="b")
    assert standing(database, ANN) is SubscriberStatus.ENDED
    assert undone(database, clock, number).restored == 1
    assert standing(database, ANN) is SubscriberStatus.CONFIRMED
    with database.read() as session:
        kinds = [event.kind.value for event in history(session, store.by_address(session, ANN))]
    assert kinds == ["asked", "given", "withdrawn", "given"]


def test_what_it_changed_is_as_before(database: Database, clock: FixedClock) -> None:
    entered(database, clock, [person(ANN, name="Ann")])
    anew = replace(TERMS, updates=frozenset({"name"}))
    changed = [person(ANN, name="Ann Carter")]
    number = entered(database, clock, changed, sha256="b", terms=anew)
    assert undone(database, clock, number).restored == 1
    with database.read() as session:
        assert store.by_address(session, ANN).name == "Ann"


def test_a_suppression_that_somebody_else_asked_for_too_is_not_lifted(
    database: Database, clock: FixedClock
) -> None:
    number = entered(database, clock, [person(ANN, ListState.LEFT), person(BEN, ListState.LEFT)])
    with database.write() as session:
        store.add_suppression(session, hash_address(SECRET, ANN), "asked", clock.now())
    bulk_suppression.suppress(database, SECRET, [BEN], "asked by letter", clock.now())
    assert undone(database, clock, number).lifted == 0
    assert is_suppressed(database, ANN)
    assert is_suppressed(database, BEN)


def test_what_another_list_says_too_is_not_lifted(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN, ListState.LEFT)])
    entered(database, clock, [person(ANN, ListState.LEFT)], sha256="b")
    undone(database, clock, number)
    assert is_suppressed(database, ANN)


def test_the_same_list_again_is_no_second_voice(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(ANN, ListState.LEFT)])
    entered(database, clock, [person(ANN, ListState.LEFT)])
    undone(database, clock, number)
    assert not is_suppressed(database, ANN)


def test_an_import_that_broke_off_goes_on_under_its_number(
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


def test_it_is_taken_back_once(database: Database, clock: FixedClock) -> None:
    number = entered(database, clock, [person(CAT)])
    undone(database, clock, number)
    with pytest.raises(Conflict, match="was taken back"):
        undone(database, clock, number)
    with pytest.raises(ResourceNotFound):
        undone(database, clock, 999)
    with database.read() as session:
        assert by_number(session, number).undone_at == clock.now()
