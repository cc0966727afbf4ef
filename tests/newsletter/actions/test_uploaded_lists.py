"""Lists uploaded to be imported: rehearsed, mended, entered, and nobody who left comes back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support import make_app

from newsletter.actions import imports
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.errors import Conflict, InvalidInput, ResourceNotFound
from newsletter.staff.actors import operator
from subscribers import store as people
from subscribers.addresses import hash_address
from subscribers.importing.storage import history
from subscribers.importing.uploaded import jobs, store
from subscribers.importing.uploaded.instructions import UploadAnswers
from subscribers.models import ListUpload, SubscriberStatus, UploadPhase

WHO = operator("ann")
LIST = b"""\
Email,Name,Status
ann@wexcombe.example,Ann,subscribed
ben at wexcombe.example,Ben,subscribed
cat@wexcombe.example,"Cat,subscribed
dan@wexcombe.example,Dan,unsubscribed
eve at wexcombe.example,Eve,subscribed
fay,Fay,unsubscribed
"""


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    site = make_app(tmp_path, sqlite_url, clock)
    yield site
    site.close()


def uploaded(app: Newsletter, content: bytes = LIST, name: str = "members.csv") -> int:
    number = imports.upload(app, WHO, name, content)
    imports.rehearse(app, WHO, number)
    return number


def upload(app: Newsletter, number: int) -> ListUpload:
    with app.database.read() as session:
        return store.by_number(session, number)


def refused(app: Newsletter, number: int) -> dict[int, list[str]]:
    return {row["row"]: row["cells"] for row in upload(app, number).outcome["refused"]}


def state(app: Newsletter, address: str) -> str:
    """The status of an address here, or that it is suppressed."""
    address_hash = hash_address(app.secret, address)
    with app.database.read() as session:
        if people.find_suppression(session, address_hash):
            return "suppressed"
        found = people.find_by_hash(session, address_hash)
        return found.status.value if found else ""


def test_a_rehearsal_counts_as_the_import_does(app: Newsletter) -> None:
    number = uploaded(app)
    rehearsed = upload(app, number).outcome["counts"]
    imports.enter_upload(app, WHO, number, "paper")
    assert upload(app, number).outcome["counts"] == rehearsed


def test_a_rehearsal_changes_nobody(app: Newsletter) -> None:
    uploaded(app)
    assert not state(app, "ann@wexcombe.example")


def test_a_leaver_is_suppressed_and_shown(app: Newsletter) -> None:
    number = uploaded(app)
    imports.enter_upload(app, WHO, number, "paper")
    assert state(app, "dan@wexcombe.example") == "suppressed"
    assert "dan@wexcombe.example" in [row["address"] for row in upload(app, number).outcome["away"]]


def test_a_row_mended_before_is_entered_with_the_rest(app: Newsletter) -> None:
    number = uploaded(app)
    imports.correct_rows(app, WHO, number, {3: ["ben@wexcombe.example", "Ben", "subscribed"]})
    imports.enter_upload(app, WHO, number, "paper")
    assert state(app, "ben@wexcombe.example") == SubscriberStatus.CONFIRMED


def test_a_row_mended_afterwards_belongs_to_the_same_import(app: Newsletter) -> None:
    number = uploaded(app)
    first = imports.enter_upload(app, WHO, number, "paper").number
    imports.correct_rows(app, WHO, number, {3: ["ben@wexcombe.example", "Ben", "subscribed"]})
    assert imports.enter_upload(app, WHO, number, "").number == first
    assert state(app, "ben@wexcombe.example") == SubscriberStatus.CONFIRMED
    imports.undo(app, WHO, first)
    assert not state(app, "ben@wexcombe.example")


def test_the_outcome_of_mended_rows_is_added_to_that_of_the_import(app: Newsletter) -> None:
    number = uploaded(app)
    first = imports.enter_upload(app, WHO, number, "paper").number
    before = dict(upload(app, number).outcome["counts"])
    imports.correct_rows(app, WHO, number, {3: ["ben@wexcombe.example", "Ben", "subscribed"]})
    imports.enter_upload(app, WHO, number, "")
    with app.database.read() as session:
        outcomes = history.by_number(session, first).outcomes
    assert outcomes["confirmed"] == before["confirmed"] + 1
    assert outcomes["refused"] == before["refused"] - 1


def test_mending_cannot_say_that_somebody_did_not_leave(app: Newsletter) -> None:
    number = uploaded(app)
    [row] = [row for row, cells in refused(app, number).items() if cells[1] == "Fay"]
    imports.correct_rows(app, WHO, number, {row: ["fay@wexcombe.example", "Fay", "subscribed"]})
    imports.enter_upload(app, WHO, number, "paper")
    assert state(app, "fay@wexcombe.example") == "suppressed"


def test_mending_does_not_bring_back_a_suppressed_address(app: Newsletter) -> None:
    number = uploaded(app)
    imports.correct_rows(app, WHO, number, {3: ["dan@wexcombe.example", "Ben", "subscribed"]})
    imports.enter_upload(app, WHO, number, "paper")
    assert state(app, "dan@wexcombe.example") == "suppressed"


def test_only_refused_rows_can_be_mended(app: Newsletter) -> None:
    number = uploaded(app)
    with pytest.raises(InvalidInput, match="refused"):
        imports.correct_rows(app, WHO, number, {2: ["zoe@wexcombe.example", "Zoe", "subscribed"]})


def test_without_proof_nobody_is_confirmed(app: Newsletter) -> None:
    number = uploaded(app)
    imports.enter_upload(app, WHO, number, "")
    assert state(app, "ann@wexcombe.example") == SubscriberStatus.PENDING


def test_a_list_is_not_entered_while_a_column_is_in_question(app: Newsletter) -> None:
    number = uploaded(app, b"email,stage\nann@wexcombe.example,A\nben@wexcombe.example,B\n")
    assert not upload(app, number).analysis["is_clear"]
    with pytest.raises(Conflict, match="columns"):
        imports.enter_upload(app, WHO, number, "paper")


def test_the_column_of_addresses_can_be_named_by_hand(app: Newsletter) -> None:
    number = uploaded(app, b"one,two\nann@wexcombe.example,ben@wexcombe.example\n")
    assert upload(app, number).analysis["problem"]
    answers = UploadAnswers(columns={"address": ["one"], "ignored": ["two"]})
    imports.answer(app, WHO, number, answers)
    imports.rehearse(app, WHO, number)
    assert upload(app, number).outcome["counts"] == {"confirmed": 1}


def test_an_unreadable_file_is_explained_without_a_path(app: Newsletter) -> None:
    number = imports.upload(app, WHO, "/home/ann/members.pdf", b"%PDF-1.7")
    with pytest.raises(InvalidInput):
        imports.rehearse(app, WHO, number)
    found = upload(app, number)
    assert found.phase is UploadPhase.UNREADABLE
    assert found.problem.startswith("members.pdf is a PDF")


def test_a_file_in_doubt_confirms_no_one(app: Newsletter) -> None:
    shifted = b"".join(b"a%d@wexcombe.example,A,B,C\n" % number for number in range(5))
    number = uploaded(app, b"email,name\nann@wexcombe.example,Ann\n" + shifted)
    with pytest.raises(Conflict, match="cannot be told apart"):
        imports.enter_upload(app, WHO, number, "paper")
    with app.database.read() as session:
        assert not history.every(session)


def test_a_running_job_is_not_begun_twice(app: Newsletter) -> None:
    number = uploaded(app)
    with app.database.write() as session:
        jobs.begin_entering(session, number, "paper", app.clock.now())
    with pytest.raises(Conflict, match="at the moment"):
        imports.enter_upload(app, WHO, number, "paper")


def test_an_import_that_broke_off_goes_on_under_its_number(
    app: Newsletter, clock: FixedClock
) -> None:
    number = uploaded(app)
    with app.database.write() as session:
        jobs.begin_entering(session, number, "paper", app.clock.now())
        begun = store.by_number(session, number).import_id
    clock.at += timedelta(minutes=5)
    assert jobs.is_interrupted(upload(app, number), clock.now())
    assert imports.enter_upload(app, WHO, number, "paper").number == begun
    assert state(app, "ann@wexcombe.example") == SubscriberStatus.CONFIRMED


def test_mended_rows_of_an_import_taken_back_are_not_entered(app: Newsletter) -> None:
    number = uploaded(app)
    imports.undo(app, WHO, imports.enter_upload(app, WHO, number, "paper").number)
    imports.correct_rows(app, WHO, number, {3: ["ben@wexcombe.example", "Ben", "subscribed"]})
    with pytest.raises(Conflict, match="taken back"):
        imports.enter_upload(app, WHO, number, "")


def test_a_list_is_deleted_after_a_week(app: Newsletter, clock: FixedClock) -> None:
    number = uploaded(app)
    clock.at += timedelta(days=7, seconds=1)
    assert imports.forget_uploads(app, WHO) == 1
    with pytest.raises(ResourceNotFound, match="after a week"):
        upload(app, number)


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\lists\\passwd", "passwd"])
def test_a_file_name_brings_no_folders(name: str) -> None:
    assert store.file_name(name) == "passwd"


@pytest.mark.parametrize("name", ["", "..", "a/", "\x00"])
def test_a_file_without_a_name_gets_one(name: str) -> None:
    assert store.file_name(name) == "list"
