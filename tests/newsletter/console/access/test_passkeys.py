"""Signing in by a passkey whose authenticator does not count, as most that are synchronised."""

import json
import re
from datetime import timedelta
from hashlib import sha256
from html import unescape
from typing import Any

import cbor2
import httpx
import pytest
from console_support import BASE_URL, Client, Console
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from newsletter.actions import credentials
from newsletter.clock import FixedClock
from newsletter.staff.actors import staff_member
from newsletter.staff.permissions import Role
from newsletter.staff.sign_in.passkeys import NewPasskey

KEY = ec.derive_private_key(7, ec.SECP256R1())
CREDENTIAL = bytes_to_base64url(b"a passkey of the owner")
USER_PRESENT_AND_VERIFIED = b"\x05"


@pytest.fixture(autouse=True)
def passkey(console: Console, clock: FixedClock) -> None:
    """Of an owner (COSE: RFC 9053, section 7.1.1)."""
    point = KEY.public_key().public_numbers()
    x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
    public_key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
    owner = staff_member(console.add_member(Role.OWNER), Role.OWNER)
    made = NewPasskey(credential_id=CREDENTIAL, public_key=public_key, sign_count=0)
    credentials.add_passkey(console.app, owner, made, "Telephone")
    clock.at += timedelta(minutes=2)


def answer(browser: Client) -> dict[str, str]:
    """What a browser sends from the sign-in page after the person has touched the authenticator."""
    page = browser.get("/sign-in").text
    found = re.search(r'name="challenge" value="([^"]+)"', page)
    options = re.search(r'"challenge": ?"([^"]+)"', unescape(page))
    assert found
    assert options
    client = {"type": "webauthn.get", "challenge": options[1], "origin": BASE_URL}
    client_data = json.dumps(client).encode()
    data = sha256(b"wexcombe.example").digest() + USER_PRESENT_AND_VERIFIED + bytes(4)
    signature = KEY.sign(data + sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
    response = {
        "clientDataJSON": bytes_to_base64url(client_data),
        "authenticatorData": bytes_to_base64url(data),
        "signature": bytes_to_base64url(signature),
    }
    credential: dict[str, Any] = {
        "id": CREDENTIAL,
        "rawId": CREDENTIAL,
        "type": "public-key",
        "response": response,
        "clientExtensionResults": {},
    }
    return {"challenge": found[1], "answer": json.dumps(credential), "csrf": browser.token()}


def sent(browser: Client, fields: dict[str, str]) -> httpx.Response:
    """Sent by a browser that is not signed in by it, as by somebody who has copied its request."""
    cookies = httpx.Cookies(browser.http.cookies)
    response = browser.send("/sign-in/passkey", fields)
    browser.http.cookies = cookies
    return response


def test_a_passkey_signs_in(console: Console) -> None:
    browser = console.visitor()
    assert sent(browser, answer(browser)).headers["location"] == "/console"


def test_an_answer_signs_in_once(console: Console) -> None:
    browser = console.visitor()
    fields = answer(browser)
    assert sent(browser, fields).status_code == 303
    assert sent(browser, fields).status_code == 400


def test_the_next_challenge_signs_in_again(console: Console, clock: FixedClock) -> None:
    for _ in range(2):
        browser = console.visitor()
        clock.at += timedelta(seconds=1)
        assert sent(browser, answer(browser)).status_code == 303


def test_a_right_answer_is_taken_beside_any_number_of_wrong_ones(console: Console) -> None:
    browser = console.visitor()
    fields = answer(browser)
    wrong = {**fields, "answer": fields["answer"].replace('"signature": "', '"signature": "AAAA')}
    statuses = {sent(browser, wrong).status_code for _ in range(6)}
    assert statuses == {400, 429}
    assert sent(browser, fields).status_code == 303
