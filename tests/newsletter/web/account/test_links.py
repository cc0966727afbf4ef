"""Every kind of signed link over HTTP: forged ones are refused, and a GET changes nothing.

Nothing changed means that every row of every table is equal.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from support import SECRET, add_subscriber, unsubscribe_path

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.database import Base
from newsletter.feeds import private
from newsletter.subscriptions import erasure
from newsletter.tokens.links import mark_of
from newsletter.tokens.signing import Signer
from subscribers import membership, store
from subscribers.address_change import request_change
from subscribers.addresses import hash_address
from subscribers.consent import ConsentOrigin

ORIGIN = ConsentOrigin(source="test")
ANSWERED = "%{http_code} %{num_redirects} %header{location} %header{set-cookie}"
ONE_CLICK = "List-Unsubscribe=One-Click"
CURL = ["curl", "--silent", "--write-out", ANSWERED, "--cookie-jar"]
# Requests of mail scanners, browsers and mail programs without user interaction.
LOOKS: list[tuple[str, dict[str, str]]] = [
    ("GET", {}),
    ("HEAD", {}),
    ("GET", {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}),
    ("GET", {"User-Agent": "a scanner", "List-Unsubscribe": "One-Click"}),
    ("OPTIONS", {"Access-Control-Request-Method": "POST", "Origin": "https://a.example"}),
    ("PUT", {}),
    ("DELETE", {}),
]


@dataclass(frozen=True, kw_only=True)
class Link:
    """One kind of link with its form's request; GET for read-only pages."""

    purpose: str
    path: str
    form: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    is_dated: bool = False


LINKS = {
    "confirm": Link(purpose="confirm", path="/confirm/{}", is_dated=True),
    "one-click": Link(
        purpose="unsubscribe", path="/unsubscribe/{}", form={"List-Unsubscribe": "One-Click"}
    ),
    "leave": Link(purpose="unsubscribe", path="/unsubscribe/{}", form={"from": "page"}),
    "choose": Link(purpose="preferences", path="/preferences/{}", form={"name": "Mallory"}),
    "take less": Link(purpose="preferences", path="/preferences/{}/less", form={"less": "pause"}),
    "ask to move": Link(
        purpose="preferences",
        path="/preferences/{}/address",
        form={"address": "mallory@example.org"},
    ),
    "object": Link(purpose="preferences", path="/preferences/{}/data", form={"what": "object"}),
    "erase": Link(
        purpose="preferences", path="/preferences/{}/data", form={"what": "erase", "sure": "yes"}
    ),
    "export as JSON": Link(purpose="preferences", path="/preferences/{}/data.json", method="GET"),
    "export as CSV": Link(purpose="preferences", path="/preferences/{}/data.csv", method="GET"),
    "move": Link(purpose="move", path="/move/{}", is_dated=True),
    "keep the address": Link(purpose="object to move", path="/keep-address/{}"),
    "return": Link(purpose="return", path="/return/{}", is_dated=True),
    "private feed": Link(purpose=private.PURPOSE, path="/private/{}/feed.atom", method="GET"),
}
EVERY_LINK = pytest.mark.parametrize("name", list(LINKS))


@pytest.fixture
def payloads(program: Newsletter, clock: FixedClock) -> dict[str, str]:
    """Payloads by purpose: Ann is confirmed, Pia pending, Eve has unsubscribed."""
    now = clock.now()
    with program.database.write() as session:
        ann = add_subscriber(session, "ann@example.org", now)
        pia = add_subscriber(session, "pia@example.org", now, proven=False)
        eve = add_subscriber(session, "eve@example.org", now)
        membership.leave(session, eve, origin=ORIGIN, now=now)
        request_change(session, ann, SECRET, "ann@example.net", now)
        token = private.token_of(session, program.signer(private.PURPOSE), ann, now)
        [change] = store.moves_of(session, ann)
    moment = int(now.timestamp())
    exact = moment * 10**6 + now.microsecond
    mark = mark_of(hash_address(SECRET, "ann@example.org"))
    return {
        "confirm": f"{pia.id}.{exact}",
        "unsubscribe": f"{ann.id}.{moment}.{mark}.7",
        "preferences": f"{ann.id}.{moment}.{mark}",
        "move": f"{ann.id}.{exact}",
        "object to move": str(change.id),
        "return": f"{eve.id}.{exact}",
        private.PURPOSE: program.signer(private.PURPOSE).read(token),
    }


@pytest.fixture
def rows(program: Newsletter) -> Callable[[], list[str]]:
    """Every row of every table."""

    def read() -> list[str]:
        with program.database.read() as session:
            return sorted(
                f"{table.name} {tuple(row)}"
                for table in Base.metadata.sorted_tables
                for row in session.execute(select(table))
            )

    return read


def damaged(link: Link, payload: str) -> list[str]:
    """Forged variants of a token."""
    ours = Signer(SECRET, link.purpose)
    whole = ours.sign(payload)
    body, _, signature = whole.partition(".")
    elses, _, _ = ours.sign("4711").partition(".")
    return [
        f"{body}.{'A' * len(signature)}",
        whole[:-2],
        body,
        f"{body}.",
        f"{whole}A",
        f"{elses}.{signature}",
        f"{body}.{signature.swapcase()}",
        Signer(SECRET, "another").sign(payload),
        Signer("the secret of another site", link.purpose).sign(payload),
    ]


@EVERY_LINK
def test_a_valid_link_works(
    client: httpx.Client, payloads: dict[str, str], rows: Callable[[], list[str]], name: str
) -> None:
    link, before = LINKS[name], rows()
    token = Signer(SECRET, link.purpose).sign(payloads[link.purpose])
    assert client.request(link.method, link.path.format(token), data=link.form).is_success
    assert (rows() != before) == (link.method == "POST")


@EVERY_LINK
def test_a_forged_link_is_refused_and_changes_nothing(
    client: httpx.Client, payloads: dict[str, str], rows: Callable[[], list[str]], name: str
) -> None:
    link, before = LINKS[name], rows()
    for token in damaged(link, payloads[link.purpose]):
        answer = client.request(link.method, link.path.format(token), data=link.form)
        assert answer.status_code == 400, token
        assert "This link does not work" in answer.text
    assert rows() == before


@EVERY_LINK
def test_a_link_is_bound_to_its_purpose(
    client: httpx.Client, payloads: dict[str, str], rows: Callable[[], list[str]], name: str
) -> None:
    link, before = LINKS[name], rows()
    for purpose, payload in payloads.items():
        if purpose != link.purpose:
            path = link.path.format(Signer(SECRET, purpose).sign(payload))
            assert client.request(link.method, path, data=link.form).status_code == 400
    assert rows() == before


@pytest.mark.parametrize("name", [name for name, link in LINKS.items() if link.is_dated])
def test_an_expired_link_is_refused_and_changes_nothing(
    client: httpx.Client,
    clock: FixedClock,
    payloads: dict[str, str],
    rows: Callable[[], list[str]],
    name: str,
) -> None:
    link, before = LINKS[name], rows()
    path = link.path.format(Signer(SECRET, link.purpose).sign(payloads[link.purpose]))
    clock.at += timedelta(days=7, seconds=1)
    for method in ("GET", "POST"):
        answer = client.request(method, path)
        assert answer.status_code == 400
        assert "This link is too old" in answer.text
    assert rows() == before


# A change of address may be requested again: the mail may have been lost.
@pytest.mark.parametrize("name", [name for name in LINKS if name != "ask to move"])
def test_repeating_a_post_is_idempotent(
    client: httpx.Client, payloads: dict[str, str], rows: Callable[[], list[str]], name: str
) -> None:
    link = LINKS[name]
    path = link.path.format(Signer(SECRET, link.purpose).sign(payloads[link.purpose]))
    client.request(link.method, path, data=link.form)
    done = rows()
    answer = client.request(link.method, path, data=link.form)
    assert answer.is_success or "This link does not work" in answer.text
    assert len(rows()) == len(done)


@EVERY_LINK
def test_a_get_changes_nothing(
    client: httpx.Client, payloads: dict[str, str], rows: Callable[[], list[str]], name: str
) -> None:
    link, before = LINKS[name], rows()
    token = Signer(SECRET, link.purpose).sign(payloads[link.purpose])
    query = "?List-Unsubscribe=One-Click&what=erase&sure=yes&less=pause&from=page"
    for method, headers in LOOKS:
        answer = client.request(method, link.path.format(token) + query, headers=headers)
        assert answer.status_code < 500
    assert rows() == before


@pytest.mark.parametrize("form", ["--data", "--form"])
@pytest.mark.parametrize("who", ["on the list", "has left", "erased"])
def test_one_click_by_curl_as_a_mail_provider_does(
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    tmp_path: Path,
    payloads: dict[str, str],
    form: str,
    who: str,
) -> None:
    number = int(payloads["return" if who == "has left" else "unsubscribe"].partition(".")[0])
    if who == "erased":
        with program.database.write() as session:
            person = store.by_id(session, number)
            erasure.erase(session, person, origin=ORIGIN, now=clock.now())
    address = str(client.base_url.join(unsubscribe_path(number, clock.now())))
    answer = tmp_path / "answer"
    ran = subprocess.run(
        [*CURL, tmp_path / "cookies", "--output", answer, form, ONE_CLICK, address],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["200", "0"]
    assert answer.read_text() == "You have been unsubscribed.\n"
    with program.database.read() as session:
        status = store.by_id(session, number).status
    assert status.value == ("erased" if who == "erased" else "ended")
