"""Tokens: only ours, only whole, only for their purpose."""

import hashlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ConfigurationError, TokenError
from newsletter.tokens.signing import Signer, check_secret, derive_key, keyed_hash

SECRET = "a secret of some length"
SIGNER = Signer(SECRET, "unsubscribe")


@given(st.text(st.characters(codec="utf-8")))
def test_signed_payloads_round_trip(payload: str) -> None:
    assert SIGNER.read(SIGNER.sign(payload)) == payload


@given(payload=st.text(st.characters(codec="utf-8")), data=st.data())
def test_a_modified_token_is_refused(payload: str, data: st.DataObject) -> None:
    token = SIGNER.sign(payload)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[place]))
    changed = token[:place] + other + token[place + 1 :]
    with pytest.raises(TokenError):
        SIGNER.read(changed)


@given(st.text())
def test_arbitrary_text_is_refused(text: str) -> None:
    with pytest.raises(TokenError):
        SIGNER.read(text)


@pytest.mark.parametrize("end", range(1, 12))
def test_a_truncated_token_is_refused(end: int) -> None:
    with pytest.raises(TokenError):
        SIGNER.read(SIGNER.sign("12.7")[:-end])


def test_a_token_of_another_purpose_or_site_is_refused() -> None:
    for other in (Signer(SECRET, "confirm"), Signer("another secret, as long", "unsubscribe")):
        with pytest.raises(TokenError):
            SIGNER.read(other.sign("12.7"))


def test_a_token_needs_no_url_escaping() -> None:
    assert SIGNER.sign("12.7").replace(".", "").replace("-", "").replace("_", "").isalnum()


def test_a_weak_secret_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"site\.secret_key is shorter than 16 bytes"):
        Signer("short", "unsubscribe")


def test_a_keyed_hash_depends_on_key_and_text() -> None:
    one, other = derive_key(SECRET, "a"), derive_key(SECRET, "b")
    assert len({keyed_hash(one, "x"), keyed_hash(other, "x"), keyed_hash(one, "y")}) == 3


@pytest.mark.parametrize(
    "secret",
    [
        *("short", "a" * 40, "ababababababababababab", "passwordpassword", "P@ssw0rdP@ssw0rd1"),
        *("1234567890123456", "change-me-change-me", "changeme-secret-key", "qwertyuiopasdfghjkl"),
        *("abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv", "correcthorsebatterystaple"),
        *("your-secret-key-here", "0987654321" * 3, "x7Kx7Kx7Kx7Kx7Kx7K", "replace this please!"),
    ],
)
def test_a_secret_that_is_guessed_is_refused(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="secret_key"):
        check_secret(secret)


@given(st.binary())
def test_a_secret_of_random_bytes_is_taken(content: bytes) -> None:
    check_secret(urlsafe_b64encode(hashlib.sha256(content).digest()).decode())
    check_secret(hashlib.sha256(content).hexdigest())
