"""Unsubscribing by the link in a mail: one-click (RFC 8058) and the page."""

from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import SECRET, add_subscriber

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.tokens.signing import Signer
from subscribers import store
from subscribers.models import SubscriberStatus

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ann(program: Newsletter, clock: FixedClock) -> int:
    with program.database.write() as session:
        return add_subscriber(session, "ann@example.org", clock.now()).id


@pytest.fixture
def address(ann: int) -> str:
    return f"/unsubscribe/{Signer(SECRET, 'unsubscribe').sign(f'{ann}.7')}"


def status(program: Newsletter, subscriber_id: int) -> SubscriberStatus:
    with program.database.read() as session:
        return store.by_id(session, subscriber_id).status


def test_a_get_shows_a_button_and_changes_nothing(
    client: httpx.Client, program: Newsletter, ann: int, address: str
) -> None:
    for method in ("GET", "HEAD"):
        assert client.request(method, address).status_code == 200
    page = client.get(address)
    assert '<form method="post">' in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert status(program, ann) is SubscriberStatus.CONFIRMED


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_one_click_unsubscribe_needs_no_cookie_or_redirect(
    client: httpx.Client, program: Newsletter, ann: int, address: str, form: str
) -> None:
    if form == "urlencoded":
        response = client.post(address, data=ONE_CLICK)
    else:
        response = client.post(address, files={"List-Unsubscribe": (None, "One-Click")})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in response.headers
    assert status(program, ann) is not SubscriberStatus.CONFIRMED


def test_the_pages_button_unsubscribes(
    client: httpx.Client, program: Newsletter, ann: int, address: str
) -> None:
    response = client.post(address, data={"from": "page"})
    assert response.status_code == 200
    assert "You are unsubscribed" in response.text
    assert status(program, ann) is not SubscriberStatus.CONFIRMED


def test_unsubscribing_twice_is_no_error(client: httpx.Client, address: str) -> None:
    assert [client.post(address, data=ONE_CLICK).status_code for _ in range(2)] == [200, 200]


def test_a_repeated_reason_is_stored_once(
    client: httpx.Client, program: Newsletter, clock: FixedClock, address: str
) -> None:
    pressed = {"from": "page", "reason": "too-many"}
    for _ in range(2):
        assert client.post(address, data=pressed).status_code == 200
    with program.database.read() as session:
        found = store.departures(session, clock.now() - timedelta(days=1))
    assert [departure.reason for departure in found] == ["too many mails"]


def test_an_ended_subscriber_is_offered_to_resubscribe(
    client: httpx.Client, clock: FixedClock, address: str
) -> None:
    client.post(address, data=ONE_CLICK)
    page = client.get(address).text
    assert "You are unsubscribed" in page
    assert "/return/" in page
    clock.at += timedelta(days=8)
    assert "/return/" not in client.get(address).text


def test_only_confirmed_subscribers_are_offered_alternatives(
    client: httpx.Client, program: Newsletter, clock: FixedClock, address: str
) -> None:
    with program.database.write() as session:
        pia = add_subscriber(session, "pia@example.org", clock.now(), proven=False)
    of_pia = f"/unsubscribe/{Signer(SECRET, 'unsubscribe').sign(f'{pia.id}.7')}"
    assert ["Or would less do?" in client.get(p).text for p in (address, of_pia)] == [True, False]


def test_an_erased_subscriber_is_shown_as_unsubscribed(client: httpx.Client) -> None:
    token = Signer(SECRET, "unsubscribe").sign("4711.7")
    assert client.post(f"/unsubscribe/{token}", data=ONE_CLICK).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ""),
        (b"%%%&&&===", "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"\xff\xfe", "text/plain"),
    ],
)
def test_an_unreadable_body_still_unsubscribes(
    client: httpx.Client, program: Newsletter, ann: int, address: str, body: bytes, kind: str
) -> None:
    response = client.post(address, content=body, headers={"Content-Type": kind} if kind else {})
    assert response.status_code == 200
    assert status(program, ann) is not SubscriberStatus.CONFIRMED


def test_a_body_that_is_too_large_is_refused(
    client: httpx.Client, program: Newsletter, ann: int, address: str
) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    response = client.post(address, content=b"a=" + b"x" * 100_000, headers=kind)
    assert response.status_code == 413
    assert status(program, ann) is SubscriberStatus.CONFIRMED


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("damage", ["forged", "cut", "other purpose", "other site", "no numbers"])
def test_a_forged_token_is_refused(
    client: httpx.Client, program: Newsletter, ann: int, method: str, damage: str
) -> None:
    payload = f"{ann}.7"
    ours = Signer(SECRET, "unsubscribe")
    token = {
        "forged": f"{ours.sign(payload).partition('.')[0]}.AAAAAAAAAAAAAAAAAAAAAA",
        "cut": ours.sign(payload)[:-3],
        "other purpose": Signer(SECRET, "confirm").sign(payload),
        "other site": Signer("the secret of another site", "unsubscribe").sign(payload),
        "no numbers": ours.sign("ann.bulletin"),
    }[damage]
    response = client.request(method, f"/unsubscribe/{token}")
    assert response.status_code == 400
    assert "This link does not work" in response.text
    assert status(program, ann) is SubscriberStatus.CONFIRMED


@pytest.mark.parametrize("payload", ["1", "1.", ".1", "1.2.3", "٣.1", "9" * 30 + ".1", "-1.1", ""])
def test_a_signed_token_without_subscriber_is_refused(client: httpx.Client, payload: str) -> None:
    token = Signer(SECRET, "unsubscribe").sign(payload)
    assert client.post(f"/unsubscribe/{token}").status_code == 400


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_arbitrary_tokens_are_refused(client: httpx.Client, token: str) -> None:
    response = client.post(f"/unsubscribe/{quote(token, safe='')}", follow_redirects=True)
    # A decoded slash makes it another path, with an invalid token.
    assert response.status_code in {400, 404}


def test_a_test_mails_unsubscribe_link_ends_no_subscription(client: httpx.Client) -> None:
    token = Signer(SECRET, "unsubscribe").sign("0.7")
    response = client.post(f"/unsubscribe/{token}", data=ONE_CLICK)
    assert response.status_code == 400
    assert "test mail" in response.text
