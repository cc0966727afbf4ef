"""DKIM signatures, checked by an independent verifier."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.errors import ConfigurationError
from newsletter.rendering.encoding.dkim import DkimKey, spliceable
from newsletter.rendering.encoding.headers import mailbox
from newsletter.rendering.encoding.message import MessageHeaders, text_part, write_message
from newsletter.rendering.encoding.slots import Slot, personal_values, placeholder
from newsletter.rendering.pictures import Picture

NONCE = "0a1b2c"
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=200)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(scope="module")
def key() -> DkimKey:
    return DkimKey("wexcombe.example", "2026", pem(rsa.generate_private_key(65537, 2048)))


def signed(
    key: DkimKey,
    text: str = "text",
    *,
    name: str = "Ann",
    subject: str = "News",
    pictures: Sequence[Picture] = (),
) -> bytes:
    headers = MessageHeaders(
        from_name="Wexcombe Forward",
        from_address="news@wexcombe.example",
        reply_to="",
        date=datetime(2026, 11, 27, 9, tzinfo=UTC),
        unsubscribe_base="https://wexcombe.example/u/",
        list_id="friday.wexcombe.example",
        list_name="The Friday digest",
        feedback_id="1:friday:digest:newsletter",
        archive_url="https://wexcombe.example",
        owner="office@wexcombe.example",
        message_id_domain="wexcombe.example",
    )
    greeting = placeholder(Slot.GREETING_TEXT, NONCE)
    html = f"<p>{placeholder(Slot.GREETING_HTML, NONCE)}</p>\n<p>  two   spaces </p> \n{text}"
    parts = text_part("plain", f"{greeting}\n{text}", NONCE), text_part("html", html, NONCE)
    content = write_message(headers, subject, *parts, NONCE, pictures)
    values = personal_values(mailbox(name, "ann@example.org"), name, "abc.def", "ghi.jkl", "e1.5.9")
    return spliceable(content, NONCE, key).splice(values)


def test_pictures_are_signed_with_the_mail_that_holds_them(key: DkimKey) -> None:
    picture = Picture(content_id="a@b.example", media_type="image/png", content=bytes(range(256)))
    message = signed(key, pictures=[picture])
    assert is_believed(key, message)
    assert not is_believed(key, message.replace(b"AAECAw", b"AAECBA"))


def test_a_mail_in_base64_is_signed(key: DkimKey) -> None:
    text = "Πρώτα οι κάτοικοι της πόλης. " * 40
    message = signed(key, text=text, name="Άννα")
    assert b"Content-Transfer-Encoding: base64" in message
    assert is_believed(key, message)


def is_believed(key: DkimKey, message: bytes) -> bool:
    def txt(name: bytes, timeout: int = 5) -> bytes | None:
        return key.record.encode() if name.decode().rstrip(".") == key.record_name else None

    return bool(dkim.verify(message, dnsfunc=txt))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=WORDS, name=WORDS, subject=WORDS)
def test_every_signature_verifies(key: DkimKey, text: str, name: str, subject: str) -> None:
    assert is_believed(key, signed(key, text, name=name, subject=f"S {subject}"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"To: Ann", b"To: Eve"),
        (b"From: Wexcombe", b"From: Another"),
        (b"Subject: News", b"Subject: Olds"),
        (b"List-Unsubscribe: <https://wexcombe", b"List-Unsubscribe: <https://elsewhere"),
        (b"List-Unsubscribe-Post: List-Unsubscribe", b"List-Unsubscribe-Post: None"),
        (b"Dear Ann", b"Dear Eve"),
        (b"Message-ID: <e1", b"Message-ID: <e2"),
        (b"MIME-Version", b"From: eve@evil.example\r\nMIME-Version"),
    ],
)
def test_a_changed_mail_fails_verification(key: DkimKey, before: bytes, after: bytes) -> None:
    message = signed(key)
    assert before in message
    assert not is_believed(key, message.replace(before, after))


def test_the_signature_has_short_lines(key: DkimKey) -> None:
    head = signed(key).partition(b"\r\nFrom:")[0]
    assert head.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n ")
    assert max(map(len, head.split(b"\r\n"))) <= 78


def test_the_one_click_headers_are_signed(key: DkimKey) -> None:
    names = re.sub(rb"\s", b"", signed(key).partition(b"h=")[2].partition(b";")[0]).split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names)
    assert names.count(b"from") == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("no key", id="no key at all"),
        pytest.param(pem(rsa.generate_private_key(65537, 1024)).replace("M", "N"), id="damaged"),
        pytest.param(pem(ec.generate_private_key(ec.SECP256R1())), id="not RSA"),
    ],
)
def test_an_unusable_key_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="openssl genrsa 2048"):
        DkimKey("wexcombe.example", "2026", text)
