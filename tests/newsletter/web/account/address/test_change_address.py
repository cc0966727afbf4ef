"""Change of address: confirmed at the new one, without user enumeration."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from support import SECRET, add_subscriber, preferences_path

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.subscriptions import erasure
from newsletter.transports.base import Mail
from subscribers import store
from subscribers.addresses import hash_address
from subscribers.consent import ConsentOrigin, history
from subscribers.models import ConsentKind, SubscriberStatus

OLD, NEW = "ann@example.org", "ann@example.net"


def ask(client: httpx.Client, program: Newsletter, path: str, address: str = NEW) -> httpx.Response:
    response = client.post(f"{path}/address", data={"address": address})
    program.notices.send_due()
    return response


def mail_to(recipient: str, sent: list[Mail]) -> Mail:
    return next(mail for mail in sent if mail.recipient == recipient)


def link_to(recipient: str, sent: list[Mail], kind: str = "move") -> str:
    text = mail_to(recipient, sent).content.decode().replace("=\r\n", "")
    return urlsplit(next(word for word in text.split() if f"/{kind}/" in word)).path


def address_of(program: Newsletter, number: int) -> str | None:
    with program.database.read() as session:
        return store.by_id(session, number).address


def test_a_new_address_is_used_once_confirmed(
    client: httpx.Client, program: Newsletter, sent: list[Mail], ann: int, path: str
) -> None:
    assert "We have written to" in ask(client, program, path).text
    assert address_of(program, ann) == OLD
    link = link_to(NEW, sent)
    assert client.get(link).status_code == 200
    assert address_of(program, ann) == OLD
    assert "From now on" in client.post(link).text
    assert address_of(program, ann) == NEW
    with program.database.read() as session:
        assert history(session, store.by_id(session, ann))[-1].kind is ConsentKind.MOVED


def test_the_confirmation_mail_does_not_reveal_the_old_address(
    client: httpx.Client, program: Newsletter, sent: list[Mail], path: str
) -> None:
    ask(client, program, path)
    assert OLD.encode() not in mail_to(NEW, sent).content


def test_a_link_changes_the_address_once(
    client: httpx.Client, program: Newsletter, sent: list[Mail], path: str
) -> None:
    ask(client, program, path)
    link = link_to(NEW, sent)
    client.post(link)
    assert client.post(link).status_code == 400


def test_the_link_of_one_address_does_not_confirm_another_of_the_same_second(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    path: str,
) -> None:
    ask(client, program, path)
    link = link_to(NEW, sent)
    clock.at += timedelta(milliseconds=300)
    ask(client, program, path, "stranger@example.net")
    assert client.post(link).status_code == 400
    assert address_of(program, ann) == OLD


def test_many_subscribers_together_do_not_flood_a_strangers_mailbox(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail]
) -> None:
    for number in range(12):
        with program.database.write() as session:
            someone = add_subscriber(session, f"p{number}@example.org", clock.now()).id
        own = preferences_path(someone, f"p{number}@example.org", clock.now())
        ask(client, program, own, f"stranger+{number}@example.net")
    to_stranger = [mail for mail in sent if mail.recipient.startswith("stranger")]
    assert len(to_stranger) == program.config.joining.per_address


def test_an_old_link_uses_up_nobodys_limit(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail], path: str
) -> None:
    clock.at += timedelta(days=2)
    for _ in range(10):
        assert ask(client, program, path, "pat@example.net").status_code == 400
    fresh = preferences_path(1, OLD, clock.now())
    assert ask(client, program, fresh, "pat@example.net").status_code == 200
    assert mail_to("pat@example.net", sent)


def test_a_newer_request_invalidates_older_links(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    path: str,
) -> None:
    ask(client, program, path)
    clock.at += timedelta(minutes=1)
    ask(client, program, path, "ann@example.com")
    assert client.post(link_to(NEW, sent)).status_code == 400
    client.post(link_to("ann@example.com", sent))
    assert address_of(program, ann) == "ann@example.com"


def test_a_requested_address_change_can_be_cancelled(
    client: httpx.Client, program: Newsletter, sent: list[Mail], ann: int, path: str
) -> None:
    ask(client, program, path)
    client.post(f"{path}/address", data={"keep": "yes"})
    assert client.post(link_to(NEW, sent)).status_code == 400
    assert address_of(program, ann) == OLD


def test_an_expired_link_changes_no_address(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail], path: str
) -> None:
    ask(client, program, path)
    clock.at += timedelta(days=8)
    assert client.post(link_to(NEW, sent)).status_code == 400


def test_a_suppressed_address_is_not_written_to_and_the_answer_is_the_same(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail], path: str
) -> None:
    with program.database.write() as session:
        store.add_suppression(session, hash_address(SECRET, NEW), "objected", clock.now())
    assert "We have written to" in ask(client, program, path).text
    assert NEW not in [mail.recipient for mail in sent]


def test_the_page_waits_for_a_suppressed_address_as_for_any_other(
    client: httpx.Client, program: Newsletter, clock: FixedClock, path: str
) -> None:
    other = "zoe@example.net"
    assert len(other) == len(NEW)
    with program.database.write() as session:
        store.add_suppression(session, hash_address(SECRET, NEW), "objected", clock.now())
    shown = []
    for address in (NEW, other):
        ask(client, program, path, address)
        shown.append(client.get(path).text.replace(address, "ADDRESS"))
    assert "ADDRESS" in shown[0]
    assert shown[0] == shown[1]


def test_a_queued_notice_to_a_suppressed_address_is_dropped(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail], path: str
) -> None:
    client.post(f"{path}/address", data={"address": NEW})
    with program.database.write() as session:
        store.add_suppression(session, hash_address(SECRET, NEW), "objected", clock.now())
    program.notices.send_due()
    assert NEW not in [mail.recipient for mail in sent]


def test_erasing_the_new_address_cancels_the_change(
    client: httpx.Client, program: Newsletter, clock: FixedClock, ann: int, path: str
) -> None:
    with program.database.write() as session:
        add_subscriber(session, NEW, clock.now())
    ask(client, program, path)
    with program.database.write() as session:
        other, origin = store.by_address(session, NEW), ConsentOrigin(source="test")
        erasure.erase(session, other, origin=origin, now=clock.now())
    assert NEW not in client.get(path).text


@pytest.fixture
def move_beside_another(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail], path: str
) -> Callable[[bool], int]:
    """Ann moves to an address that was entered before, confirmed or not; its id before."""

    def moved(is_confirmed: bool) -> int:
        with program.database.write() as session:
            other = add_subscriber(session, NEW, clock.now(), proven=is_confirmed).id
        ask(client, program, path)
        client.post(link_to(NEW, sent))
        return other

    return moved


def test_an_address_on_the_list_keeps_its_own_subscription_and_the_old_one_ends(
    program: Newsletter, ann: int, move_beside_another: Callable[[bool], int]
) -> None:
    assert address_of(program, move_beside_another(True)) == NEW
    with program.database.read() as session:
        assert store.by_id(session, ann).status is SubscriberStatus.ENDED


def test_a_pending_subscriber_yields_to_the_confirmed_address(
    program: Newsletter, ann: int, move_beside_another: Callable[[bool], int]
) -> None:
    assert address_of(program, move_beside_another(False)) is None
    assert address_of(program, ann) == NEW


def test_an_invalid_address_is_reported(
    client: httpx.Client, program: Newsletter, sent: list[Mail], path: str
) -> None:
    page = ask(client, program, path, "nowhere")
    assert page.status_code == 400
    assert "not a mail address" in page.text
