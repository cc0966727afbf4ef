"""What an old link to the preferences is not enough for, and the fresh one that is mailed first."""

from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from support import preferences_path, unsubscribe_path

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.transports.base import Mail
from subscribers import store
from subscribers.models import SubscriberStatus

ANN = "ann@example.org"
FRESH = timedelta(days=1)
SENSITIVE = [
    ("POST", "/address", {"address": "ann@example.net"}),
    ("POST", "/data", {"what": "erase", "sure": "yes"}),
    ("POST", "/data", {"what": "object"}),
    ("GET", "/data.json", {}),
    ("GET", "/data.csv", {}),
]


def address_of(program: Newsletter, number: int) -> str | None:
    with program.database.read() as session:
        return store.by_id(session, number).address


@pytest.mark.parametrize(("method", "act", "form"), SENSITIVE)
@pytest.mark.parametrize(("late", "status"), [(timedelta(0), 200), (timedelta(seconds=1), 400)])
def test_an_act_that_cannot_be_undone_asks_for_a_fresh_link(
    client: httpx.Client,
    clock: FixedClock,
    path: str,
    method: str,
    act: str,
    form: dict[str, str],
    late: timedelta,
    status: int,
) -> None:
    clock.at += FRESH + late
    assert client.request(method, path + act, data=form).status_code == status


def test_an_old_link_still_chooses_and_pauses(
    client: httpx.Client, clock: FixedClock, path: str
) -> None:
    clock.at += timedelta(days=400)
    assert client.post(path, data={"frequency": "bulletins"}).status_code == 200
    assert client.post(f"{path}/less", data={"less": "pause"}).status_code == 200


def test_the_pages_of_an_old_link_offer_a_fresh_one_instead(
    client: httpx.Client, clock: FixedClock, path: str
) -> None:
    clock.at += timedelta(days=2)
    for page in (path, f"{path}/data"):
        shown = client.get(page).text
        assert f"{path}/fresh" in shown
        assert 'value="erase"' not in shown
        assert 'value="object"' not in shown
        assert 'name="address"' not in shown


def test_a_page_opened_from_an_old_link_holds_no_newer_one(
    client: httpx.Client, clock: FixedClock, ann: int, path: str
) -> None:
    leaving = unsubscribe_path(ann, clock.now(), ANN)
    clock.at += timedelta(days=2)
    newer = preferences_path(ann, ANN, clock.now())
    for page in (path, f"{path}/data", leaving):
        shown = client.get(page).text
        assert path in shown
        assert newer not in shown
    client.post(leaving, data={"from": "page"})
    assert newer not in client.get(leaving).text


def test_a_fresh_link_is_mailed_and_is_enough(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    path: str,
) -> None:
    clock.at += timedelta(days=2)
    assert "mailed you a fresh link" in client.post(f"{path}/fresh").text
    program.notices.send_due()
    [mail] = sent
    assert mail.recipient == ANN
    text = mail.content.decode().replace("=\r\n", "")
    fresh = urlsplit(next(word for word in text.split() if "/preferences/" in word)).path
    answer = client.post(f"{fresh}/data", data={"what": "erase", "sure": "yes"})
    assert answer.status_code == 200
    assert address_of(program, ann) is None


def test_fresh_links_are_limited_per_day(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail], path: str
) -> None:
    answers = []
    for _ in range(5):
        answers.append(client.post(f"{path}/fresh").status_code)
        program.notices.send_due()
        clock.at += timedelta(hours=1)
    assert answers == [200, 200, 200, 400, 400]
    assert len(sent) == 3


def test_an_unsubscribed_address_gets_no_fresh_link_but_can_be_erased_by_an_old_one(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    path: str,
) -> None:
    client.post(unsubscribe_path(ann, clock.now(), ANN), data={"from": "page"})
    clock.at += timedelta(days=2)
    assert client.post(f"{path}/fresh").status_code == 400
    assert client.get(f"{path}/data.json").status_code == 400
    assert client.post(f"{path}/data", data={"what": "erase", "sure": "yes"}).is_success
    with program.database.read() as session:
        assert store.by_id(session, ann).status is SubscriberStatus.ERASED


FOR_GOOD = [{"what": "erase", "sure": "yes"}, {"what": "object"}]


@pytest.mark.parametrize("form", FOR_GOOD)
def test_an_old_link_cannot_end_a_subscription_for_good(
    client: httpx.Client, clock: FixedClock, ann: int, path: str, form: dict[str, str]
) -> None:
    old = unsubscribe_path(ann, clock.now(), ANN)
    clock.at += timedelta(days=2)
    page = client.post(old, data={"from": "page"}).text
    assert f'value="{form["what"]}"' not in client.get(f"{path}/data").text
    refused = client.post(f"{path}/data", data=form)
    assert refused.status_code == 400
    assert "mail that said goodbye" in refused.text
    back = urlsplit(next(word for word in page.split('"') if "/return/" in word)).path
    assert "You are on the list" in client.post(back).text


@pytest.mark.parametrize("form", FOR_GOOD)
def test_the_mail_that_says_goodbye_brings_a_link_that_ends_it_for_good(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    sent: list[Mail],
    ann: int,
    form: dict[str, str],
) -> None:
    old = unsubscribe_path(ann, clock.now(), ANN)
    clock.at += timedelta(days=2)
    client.post(old, data={"from": "page"})
    program.notices.send_due()
    link = preferences_path(ann, ANN, clock.now())
    assert link in sent[-1].content.decode().replace("=\r\n", "")
    clock.at += timedelta(days=3)
    assert client.post(f"{link}/data", data=form).is_success


@pytest.mark.parametrize("form", FOR_GOOD)
def test_an_old_link_is_enough_when_leaving_cannot_be_undone_any_more(
    client: httpx.Client, clock: FixedClock, ann: int, path: str, form: dict[str, str]
) -> None:
    old = unsubscribe_path(ann, clock.now(), ANN)
    clock.at += timedelta(days=2)
    client.post(old, data={"from": "page"})
    clock.at += timedelta(days=8)
    assert client.post(f"{path}/data", data=form).is_success


def test_coming_back_by_the_page_of_leaving_gives_no_fresh_link(
    client: httpx.Client, program: Newsletter, clock: FixedClock, ann: int
) -> None:
    old = unsubscribe_path(ann, clock.now(), ANN)
    clock.at += timedelta(days=2)
    page = client.post(old, data={"from": "page"}).text
    back = urlsplit(next(word for word in page.split('"') if "/return/" in word)).path
    shown = client.post(back).text
    assert "You are on the list" in shown
    assert "/preferences/" not in shown
