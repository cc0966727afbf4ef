"""The bytes of a mail: valid headers, and bodies that decode to the original."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.encoding.headers import header, mailbox
from newsletter.rendering.encoding.message import (
    MessageHeaders,
    split_message,
    text_part,
    write_message,
)
from newsletter.rendering.encoding.slots import (
    Slot,
    fill,
    personal_values,
    placeholder,
    placeholder_prefix,
)
from newsletter.rendering.pictures import Picture

NONCE = "0a1b2c"
STRICT = policy.SMTP.clone(raise_on_defect=True)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=400)


def headers(unsubscribe: str = "https://wexcombe.example/u/") -> MessageHeaders:
    return MessageHeaders(
        from_name="Wexcombe Forward",
        from_address="news@wexcombe.example",
        reply_to="office@wexcombe.example",
        date=datetime(2026, 11, 27, 9, tzinfo=UTC),
        unsubscribe_base=unsubscribe,
        list_id="friday.wexcombe.example",
        list_name="The Friday digest",
        feedback_id="1:friday:digest:newsletter",
        archive_url="https://wexcombe.example",
        owner="office@wexcombe.example",
        message_id_domain="wexcombe.example",
    )


def written(
    made: MessageHeaders, subject: str, text: str, html: str, pictures: Sequence[Picture] = ()
) -> bytes:
    parts = text_part("plain", text, NONCE), text_part("html", html, NONCE)
    return write_message(made, subject, *parts, NONCE, pictures)


def message(
    text: str = "text",
    html: str = "<p>html</p>",
    *,
    subject: str = "News",
    name: str = "Ann",
    address: str = "ann@example.org",
    token: str = "abc.def",
    base: str = "https://wexcombe.example/u/",
) -> bytes:
    compiled = split_message(written(headers(base), subject, text, html), NONCE)
    return compiled.splice(personal_values(mailbox(name, address), name, token, "p", "e1.5.9"))


def parse(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=STRICT))


def test_text_precedes_html_and_both_are_complete() -> None:
    parts = list(parse(message("Grüße", "<p>Grüße</p>")).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [cast(EmailMessage, part).get_content().strip() for part in parts] == [
        "Grüße",
        "<p>Grüße</p>",
    ]


GREEK = "Πρώτα οι κάτοικοι, λέει το συμβούλιο της πόλης.\n" * 30


@pytest.mark.parametrize("name", ["", "Ann", "Zoë 🌻", "Ann-Marie"])
def test_non_latin_text_is_base64_and_decodes_for_each_subscriber(name: str) -> None:
    greeting = placeholder(Slot.GREETING_TEXT, NONCE)
    raw = message(f"{greeting},\n{GREEK}{placeholder(Slot.UNSUBSCRIBE, NONCE)}", GREEK, name=name)
    plain, html = (cast(EmailMessage, part) for part in parse(raw).iter_parts())
    assert plain["Content-Transfer-Encoding"] == "base64"
    hello = f"Dear {name}" if name else "Hello"
    # The line ends of text are CRLF before it is encoded (RFC 2045 section 6.8).
    assert plain.get_content() == f"{hello},\n{GREEK}abc.def".replace("\n", "\r\n")
    assert html.get_content().split() == GREEK.split()
    assert len(raw) < 1.75 * len(GREEK.encode()) * 2


def test_embedded_pictures_are_related_to_the_html_part() -> None:
    picture = Picture(content_id="a@wexcombe.example", media_type="image/png", content=b"\x89PNG")
    content = written(headers(), "News", "text", '<img src="cid:a@…">', [picture])
    found = parse(
        split_message(content, NONCE).splice(personal_values("a@b.example", "", "t", "p", "m"))
    )
    kinds = [part.get_content_type() for part in found.walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    shown = list(found.walk())[-1]
    assert (shown["Content-ID"], shown.get_payload(decode=True)) == (
        "<a@wexcombe.example>",
        b"\x89PNG",
    )


def test_the_one_click_headers_are_plain_bytes_however_long_the_address() -> None:
    base = "https://newsletters.a-rather-long-host-name.wexcombe.example/unsubscribe/"
    raw = message(base=base, token="t" * 120)
    unfolded = re.sub(rb"\r\n[ \t]", b" ", raw)
    assert b"List-Unsubscribe: <" + base.encode() + b"t" * 120 + b">\r\n" in unfolded
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in unfolded


def test_an_address_outside_ascii_stands_in_the_to_header_as_it_is() -> None:
    # RFC 6532, 3.2; an encoded word in an address would be invalid (RFC 2047, 5).
    compiled = split_message(written(headers(), "News", "text", "<p>html</p>"), NONCE)
    values = dict.fromkeys(Slot, "x") | {Slot.TO: mailbox("Zoë", "jörg@wexcombe.example")}
    assert "\r\nTo: =?utf-8?b?Wm/Dqw==?= <jörg@wexcombe.example>\r\n".encode() in (
        compiled.splice(values)
    )


def test_mail_without_a_list_has_no_list_headers() -> None:
    assert b"List-" not in message(base="")


def test_one_message_is_spliced_for_every_subscriber() -> None:
    body = f"{placeholder(Slot.GREETING_TEXT, NONCE)},\nread on."
    compiled = split_message(written(headers(), "News", body, "<p></p>"), NONCE)
    for name, greeting in (("Ann", "Dear Ann,"), ("", "Hello,"), ("Zoë 🌻", "Dear Zoë 🌻,")):
        raw = compiled.splice(personal_values(mailbox(name, "a@b.example"), name, "t", "p", "m"))
        text = cast(EmailMessage, parse(raw).get_body(("plain",)))
        assert text.get_content().splitlines()[0] == greeting


def test_a_name_is_escaped_in_html() -> None:
    html = f"<p>{placeholder(Slot.GREETING_HTML, NONCE)}</p>"
    raw = message(html=html, name="<script>alert(1)</script>")
    assert "<script>" not in cast(EmailMessage, parse(raw).get_body(("html",))).get_content()


def test_no_line_begins_with_a_dot_for_smtp_to_double() -> None:
    body = f".first\n.second{placeholder(Slot.NAME_TEXT, NONCE)}.after"
    raw = message(body, name=".Ann")
    assert not [line for line in raw.split(b"\r\n") if line.startswith(b".")]
    text = cast(EmailMessage, parse(raw).get_body(("plain",))).get_content()
    assert text.split() == [".first", ".second.Ann.after"]


def test_a_forged_placeholder_stays_text() -> None:
    forged = placeholder(Slot.UNSUBSCRIBE, "ffffff")
    assert forged in cast(EmailMessage, parse(message(forged)).get_body(("plain",))).get_content()


@given(text=TEXT, subject=TEXT, name=TEXT)
def test_every_line_conforms_for_any_content(text: str, subject: str, name: str) -> None:
    body = f"{text}{placeholder(Slot.NAME_TEXT, NONCE)}{text}"
    raw = message(body, f"<p>{body}</p>", subject=f"S {subject}", name=name)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    body_lines = raw.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert all(len(line) <= 78 for line in body_lines)
    assert raw.isascii()


@given(text=TEXT, name=TEXT)
def test_the_decoded_text_equals_the_original(text: str, name: str) -> None:
    body = f"[{text}]{placeholder(Slot.NAME_TEXT, NONCE)}[{text}]"
    part = cast(EmailMessage, parse(message(body, name=name)).get_body(("plain",)))
    assert part.get_content().rstrip("\n") == f"[{text}]{name}[{text}]"


@given(subject=TEXT)
def test_any_subject_is_one_header_and_decodes_to_itself(subject: str) -> None:
    found = parse(message(subject=f"S {subject}"))["Subject"]
    assert "".join(str(found).split()) == "".join(
        "".join(c for c in f"S{subject}" if c.isprintable() or c.isspace()).split()
    )


@given(name=st.text(max_size=120))
def test_a_display_name_cannot_inject_a_header(name: str) -> None:
    raw = message(name="".join(c for c in name if not "\ud800" <= c <= "\udfff"))
    head = raw.partition(b"\r\n\r\n")[0]
    names = re.findall(rb"^([A-Za-z-]+):", head, re.MULTILINE)
    assert len(names) == len(set(names)) == 15


@pytest.mark.parametrize("value", ["a\r\nBcc: b", "a\nb", "ü", "a\x00"])
def test_a_structured_header_refuses_unsafe_characters(value: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        header("Reply-To", value)


def test_the_mailbox_for_leaving_stands_beside_the_address() -> None:
    made = replace(headers(), unsubscribe_mailbox="news+{}@wexcombe.example")
    unfolded = re.sub(rb"\r\n[ \t]", b" ", written(made, "News", "text", "<p>html</p>"))
    assert re.search(rb">, <mailto:news\+\S+@wexcombe\.example\?subject=unsubscribe>", unfolded)


def test_a_text_is_filled_in_for_display() -> None:
    text = f"Dear {placeholder(Slot.NAME_TEXT, NONCE)}."
    assert fill(text, NONCE, {Slot.NAME_TEXT: "Ann"}) == "Dear Ann."


def test_every_placeholder_has_the_prefix() -> None:
    assert all(placeholder(slot, NONCE).startswith(placeholder_prefix(NONCE)) for slot in Slot)
