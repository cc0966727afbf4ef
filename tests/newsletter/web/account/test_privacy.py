"""Data subject rights: access, portability, objection, erasure."""

import csv
import io

import httpx
import pytest
from support import SECRET, add_subscriber

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.errors import Conflict
from newsletter.tokens.signing import Signer
from subscribers import store
from subscribers.addresses import hash_address
from subscribers.models import SubscriberStatus

ANN = "ann@example.org"


@pytest.fixture
def ann(program: Newsletter, clock: FixedClock) -> int:
    with program.database.write() as session:
        found = add_subscriber(session, ANN, clock.now(), topics=["housing"], name="=1+1")
        return found.id


@pytest.fixture
def path(ann: int) -> str:
    return f"/preferences/{Signer(SECRET, 'preferences').sign(str(ann))}/data"


def test_the_export_holds_all_personal_data(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{path}.json")
    held = answer.json()
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert held["person"]["address"] == ANN
    assert held["person"]["topics"] == ["housing"]
    assert [event["event"] for event in held["consent"]] == ["asked", "given"]


def test_the_csv_export_holds_the_same_without_formulas(client: httpx.Client, path: str) -> None:
    rows = list(csv.reader(io.StringIO(client.get(f"{path}.csv").text)))
    assert rows[0] == ["what", "which", "value"]
    assert ["person", "address", ANN] in rows
    assert ["person", "name", "'=1+1"] in rows


def test_a_get_of_the_privacy_page_changes_nothing(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    for address in (path, f"{path}.csv", f"{path}.json"):
        assert client.get(address).status_code == 200
    with program.database.read() as session:
        assert store.by_id(session, ann).status is SubscriberStatus.CONFIRMED


def test_an_objection_suppresses_the_address(
    client: httpx.Client, program: Newsletter, clock: FixedClock, ann: int, path: str
) -> None:
    assert "You will not be mailed again" in client.post(path, data={"what": "object"}).text
    with program.database.write() as session:
        assert store.by_id(session, ann).status is SubscriberStatus.ENDED
        with pytest.raises(Conflict, match="suppressed"):
            add_subscriber(session, ANN, clock.now())


def test_erasing_requires_confirmation(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    assert client.post(path, data={"what": "erase"}).status_code == 400
    with program.database.read() as session:
        assert store.by_id(session, ann).address == ANN


def test_an_erased_subscriber_is_kept_only_as_a_hash(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    assert "You are erased" in client.post(path, data={"what": "erase", "sure": "yes"}).text
    with program.database.read() as session:
        found = store.by_id(session, ann)
        assert (found.address, found.name, found.status) == (None, "", SubscriberStatus.ERASED)
        assert store.find_suppression(session, hash_address(SECRET, ANN)) is not None
    assert client.get(path).status_code == 400
    assert client.get(f"{path}.json").status_code == 400


@pytest.mark.parametrize("what", ["", "delete", "object;erase"])
def test_an_unknown_action_is_refused(
    client: httpx.Client, program: Newsletter, ann: int, path: str, what: str
) -> None:
    assert client.post(path, data={"what": what, "sure": "yes"}).status_code == 400
    with program.database.read() as session:
        assert store.by_id(session, ann).status is SubscriberStatus.CONFIRMED


def test_an_unknown_export_format_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(f"{path}.xml").status_code == 404
