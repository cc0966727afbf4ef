"""Resubscribing by the link in the goodbye mail."""

from datetime import timedelta

import httpx
import pytest
from support import SECRET, add_subscriber, hidden_fields, unsubscribe_path

from newsletter.actions import account
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.staff import actors
from newsletter.subscriptions.resubscribe import PURPOSE, resubscribe_url
from newsletter.subscriptions.unsubscribe import UnsubscribeReason
from newsletter.tokens.signing import Signer
from subscribers import membership, store
from subscribers.consent import ConsentOrigin, history
from subscribers.models import ConsentKind, SubscriberStatus

ANN = "ann@example.org"


@pytest.fixture
def ann(program: Newsletter, clock: FixedClock) -> int:
    with program.database.write() as session:
        return add_subscriber(session, ANN, clock.now(), topics=["housing"]).id


@pytest.fixture
def path(program: Newsletter, ann: int) -> str:
    """The link in the goodbye mail of Ann, who has unsubscribed."""
    account.unsubscribe(program, actors.subscriber(ann), 7, UnsubscribeReason())
    with program.database.read() as session:
        person = store.by_id(session, ann)
    return resubscribe_url("", program.signer(PURPOSE), person)


def status(program: Newsletter, number: int) -> SubscriberStatus:
    with program.database.read() as session:
        return store.by_id(session, number).status


def test_resubscribing_restores_the_preferences(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    assert "You are on the list" in client.post(path).text
    assert status(program, ann) is SubscriberStatus.CONFIRMED
    with program.database.read() as session:
        assert store.choice_of(session, store.by_id(session, ann)).topics == ("housing",)


def test_resubscribing_records_consent_with_its_wording(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    page = client.get(path).text
    assert program.config.joining.wording in page
    client.post(path, data=hidden_fields(page))
    with program.database.read() as session:
        last = history(session, store.by_id(session, ann))[-1]
    assert (last.kind, last.wording) == (ConsentKind.GIVEN, program.config.joining.wording)


def test_a_get_of_the_link_does_not_resubscribe(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    for method in ("GET", "HEAD"):
        assert client.request(method, path).status_code == 200
    assert status(program, ann) is SubscriberStatus.ENDED


def test_resubscribing_twice_is_no_error(client: httpx.Client, path: str) -> None:
    assert [client.post(path).status_code for _ in range(2)] == [200, 200]


def test_an_expired_link_does_not_resubscribe(
    client: httpx.Client, program: Newsletter, clock: FixedClock, ann: int, path: str
) -> None:
    clock.at += timedelta(days=8)
    answer = client.post(path)
    assert answer.status_code == 400
    assert "This link is too old; to come back, please fill in the form again." in answer.text
    assert "sometimes cut long links" not in answer.text
    assert status(program, ann) is SubscriberStatus.ENDED


def test_a_link_of_an_earlier_unsubscribe_does_not_resubscribe(
    client: httpx.Client, program: Newsletter, clock: FixedClock, ann: int, path: str
) -> None:
    client.post(path)
    clock.at += timedelta(hours=1)
    account.unsubscribe(program, actors.subscriber(ann), 8, UnsubscribeReason())
    assert client.post(path).status_code == 400
    assert status(program, ann) is SubscriberStatus.ENDED


@pytest.mark.parametrize("happening", ["suppressed", "erased"])
def test_suppressed_or_erased_subscribers_cannot_resubscribe(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    ann: int,
    path: str,
    happening: str,
) -> None:
    with program.database.write() as session:
        person = store.by_id(session, ann)
        if happening == "erased":
            membership.erase(session, person, origin=ConsentOrigin(source="test"), now=clock.now())
        store.add_suppression(session, person.address_hash, "complained", clock.now())
    assert client.post(path).status_code == 400
    assert status(program, ann) is not SubscriberStatus.CONFIRMED


def test_an_unconfirmed_subscriber_is_sent_to_the_signup_form(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    with program.database.write() as session:
        number = add_subscriber(session, "ben@example.org", clock.now(), proven=False).id
    leaving = unsubscribe_path(number, clock.now(), "ben@example.org")
    assert "/return/" not in client.post(leaving, data={"from": "page"}).text
    with program.database.read() as session:
        path = resubscribe_url("", program.signer(PURPOSE), store.by_id(session, number))
    for method in ("GET", "POST"):
        assert "This link does not work" in client.request(method, path).text


def test_a_link_of_another_purpose_does_not_resubscribe(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    token = Signer(SECRET, "confirm").sign(f"{ann}.1")
    assert client.post(f"/return/{token}").status_code == 400
    assert status(program, ann) is SubscriberStatus.ENDED
