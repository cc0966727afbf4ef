"""A change of address that somebody else asked for: the old address is told, and puts it right."""

from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from support import (
    SECRET,
    add_subscriber,
    preferences_path,
    unsubscribe_path,
)

from newsletter.actions import maintenance
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.feeds import private
from newsletter.staff.actors import SCHEDULE
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.transports.base import Mail
from subscribers import store
from subscribers.addresses import hash_address
from subscribers.models import Subscriber, SubscriberStatus

OLD, NEW = "ann@example.org", "thief@example.net"
A_SECOND, A_WEEK = timedelta(seconds=1), timedelta(weeks=1)


@pytest.fixture
def objection(
    client: httpx.Client, program: Newsletter, sent: list[Mail], path: str, clock: FixedClock
) -> str:
    """The link that the old address is mailed once another one was asked for."""
    clock.at += A_SECOND
    client.post(f"{path}/address", data={"address": NEW})
    program.notices.send_due()
    return link_to(OLD, sent, "keep-address")


@pytest.fixture
def stolen(
    client: httpx.Client, sent: list[Mail], objection: str, clock: FixedClock
) -> httpx.Response:
    """The new address has confirmed."""
    clock.at += A_SECOND
    answer = client.post(link_to(NEW, sent, "move"))
    clock.at += A_SECOND
    return answer


def link_to(recipient: str, sent: list[Mail], kind: str) -> str:
    mail = next(mail for mail in sent if mail.recipient == recipient)
    text = mail.content.decode().replace("=\r\n", "")
    return urlsplit(next(word for word in text.split() if f"/{kind}/" in word)).path


def person(program: Newsletter, number: int) -> Subscriber:
    with program.database.read() as session:
        return store.by_id(session, number)


def test_the_mail_to_the_old_address_does_not_tell_the_new_one(
    sent: list[Mail], objection: str
) -> None:
    told = next(mail for mail in sent if mail.recipient == OLD)
    assert NEW.encode() not in told.content


def test_looking_at_the_objection_changes_nothing(
    client: httpx.Client, program: Newsletter, sent: list[Mail], ann: int, objection: str
) -> None:
    assert "Keep your address?" in client.get(objection).text
    client.post(link_to(NEW, sent, "move"))
    assert person(program, ann).address == NEW


def test_an_objection_stops_a_change_not_yet_confirmed(
    client: httpx.Client, program: Newsletter, sent: list[Mail], ann: int, objection: str
) -> None:
    assert "The change is stopped" in client.post(objection).text
    assert client.post(link_to(NEW, sent, "move")).status_code == 400
    assert person(program, ann).address == OLD


def test_an_objection_undoes_a_change_that_was_confirmed(
    client: httpx.Client,
    program: Newsletter,
    ann: int,
    objection: str,
    stolen: httpx.Response,
) -> None:
    assert person(program, ann).address == NEW
    assert "The change is undone" in client.post(objection).text
    assert person(program, ann).address == OLD
    assert person(program, ann).status is SubscriberStatus.CONFIRMED


def test_an_objection_undoes_the_changes_made_since(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    objection: str,
    stolen: httpx.Response,
) -> None:
    third = "thief@example.com"
    client.post(f"{preferences_path(ann, NEW, clock.now())}/address", data={"address": third})
    program.notices.send_due()
    client.post(link_to(third, sent, "move"))
    assert person(program, ann).address == third
    client.post(objection)
    assert person(program, ann).address == OLD
    of_the_thief = [mail for mail in sent if mail.recipient == NEW][-1:]
    assert client.post(link_to(NEW, of_the_thief, "keep-address")).status_code == 400
    assert person(program, ann).address == OLD


@pytest.mark.parametrize(("late", "status"), [(timedelta(0), 200), (A_SECOND, 400)])
def test_an_objection_is_good_for_a_week_after_the_change(
    client: httpx.Client,
    clock: FixedClock,
    objection: str,
    stolen: httpx.Response,
    late: timedelta,
    status: int,
) -> None:
    clock.at += A_WEEK - A_SECOND + late
    assert client.post(objection).status_code == status


def test_an_objection_is_good_once(
    client: httpx.Client, objection: str, stolen: httpx.Response
) -> None:
    assert [client.post(objection).status_code for _ in range(2)] == [200, 400]


def test_the_old_address_is_told_though_the_new_one_confirmed_before_the_mail_left(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    path: str,
) -> None:
    client.post(f"{path}/address", data={"address": NEW})
    link = ExpiringLink(subscriber_id=ann, at=clock.now()).sign(program.signer("move"))
    assert client.post(f"/move/{link}").is_success
    program.notices.send_due()
    assert [mail.recipient for mail in sent] == [OLD]


def test_links_mailed_to_the_old_address_open_nothing_after_the_change(
    client: httpx.Client, clock: FixedClock, ann: int, path: str, stolen: httpx.Response
) -> None:
    assert client.get(path).status_code == 400
    assert client.get(f"{path}/data.json").status_code == 400
    assert client.get(preferences_path(ann, OLD, clock.now())).status_code == 400
    leaving = client.get(unsubscribe_path(ann, clock.now(), OLD))
    assert leaving.status_code == 200
    assert "/preferences/" not in leaving.text


def test_links_mailed_before_an_objection_open_nothing_after_it(
    client: httpx.Client,
    clock: FixedClock,
    ann: int,
    path: str,
    objection: str,
    stolen: httpx.Response,
) -> None:
    at_the_thief = preferences_path(ann, NEW, clock.now())
    assert client.get(at_the_thief).status_code == 200
    clock.at += A_SECOND
    client.post(objection)
    assert [client.get(path).status_code for path in (path, at_the_thief)] == [400, 400]
    assert client.get(preferences_path(ann, OLD, clock.now())).status_code == 200


def test_an_unsubscribe_link_works_whatever_became_of_the_address(
    client: httpx.Client, program: Newsletter, clock: FixedClock, ann: int, stolen: httpx.Response
) -> None:
    client.post(unsubscribe_path(ann, clock.now(), OLD), data={"List-Unsubscribe": "One-Click"})
    assert person(program, ann).status is SubscriberStatus.ENDED


def test_an_objection_ends_private_feeds_and_a_change_does_not(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    ann: int,
    objection: str,
    sent: list[Mail],
) -> None:
    with program.database.write() as session:
        signer = program.signer(private.PURPOSE)
        token = private.token_of(session, signer, store.by_id(session, ann), clock.now())
    client.post(link_to(NEW, sent, "move"))
    assert client.get(f"/private/{token}/feed.atom").status_code == 200
    client.post(objection)
    assert client.get(f"/private/{token}/feed.atom").status_code == 410


def test_a_subscription_that_ended_by_the_change_goes_on_after_an_objection(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    objection: str,
) -> None:
    with program.database.write() as session:
        add_subscriber(session, NEW, clock.now())
    client.post(link_to(NEW, sent, "move"))
    assert person(program, ann).status is SubscriberStatus.ENDED
    client.post(objection)
    assert person(program, ann).status is SubscriberStatus.CONFIRMED
    assert person(program, ann).address == OLD


def test_an_objection_does_not_undo_a_later_unsubscribe(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    ann: int,
    objection: str,
    stolen: httpx.Response,
) -> None:
    client.post(unsubscribe_path(ann, clock.now(), NEW), data={"from": "page"})
    client.post(objection)
    assert person(program, ann).status is SubscriberStatus.ENDED
    assert person(program, ann).address == OLD


def test_an_objection_does_not_displace_a_new_subscriber_at_the_old_address(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    ann: int,
    objection: str,
    stolen: httpx.Response,
) -> None:
    with program.database.write() as session:
        anew = add_subscriber(session, OLD, clock.now()).id
    client.post(objection)
    assert person(program, anew).address == OLD
    assert person(program, ann).status is SubscriberStatus.ENDED


def test_a_change_that_the_old_address_cannot_be_told_of_is_refused(
    client: httpx.Client, program: Newsletter, sent: list[Mail], path: str
) -> None:
    answers = [
        client.post(f"{path}/address", data={"address": f"thief{number}@example.net"})
        for number in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 400]
    assert "try tomorrow" in answers[-1].text


@pytest.mark.parametrize("has_moved", [True, False])
def test_the_old_address_is_forgotten_in_time(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    objection: str,
    has_moved: bool,
) -> None:
    if has_moved:
        client.post(link_to(NEW, sent, "move"))
    clock.at += 2 * A_WEEK + A_SECOND
    maintenance.forget_people(program, SCHEDULE)
    with program.database.read() as session:
        assert store.moves_of(session, store.by_id(session, ann)) == []


def test_a_suppressed_old_address_is_not_told(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail], path: str
) -> None:
    client.post(f"{path}/address", data={"address": NEW})
    with program.database.write() as session:
        store.add_suppression(session, hash_address(SECRET, OLD), "complained", clock.now())
    program.notices.send_due()
    assert sent == []
