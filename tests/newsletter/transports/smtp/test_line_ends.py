"""No CR or LF stands alone in what a server is sent, whatever was put into a mail.

Servers disagree on what a lone one ends, which lets a second message be smuggled in (RFC 5321,
2.3.8).
"""

import re
from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.errors import NewsletterError
from newsletter.rendering.encoding.headers import mailbox
from newsletter.rendering.encoding.message import (
    MessageHeaders,
    split_message,
    text_part,
    write_message,
)
from newsletter.rendering.encoding.slots import Slot, personal_values, placeholder
from newsletter.transports.base import Mail
from newsletter.transports.envelope_addresses import is_sender, problem_of_recipient
from newsletter.transports.smtp.envelope import stuffed

NONCE = "0a1b2c"
BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
ENDS = [
    "\r",
    "\n",
    "\r\n",
    "\n\r",
    "\r\r\n",
    "\r\n.\r\n",
    "\n.\n",
    "\r.\r",
    "\x85",
    "\u2028",
    "\x0b",
]
TEXT = st.lists(
    st.sampled_from(ENDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    max_size=8,
).map("".join)
ANY_BYTES = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"\r\n.\r\nMAIL FROM:<x@y.example>", b"word"]),
    max_size=12,
).map(b"".join)


def on_the_wire(content: bytes, *, plain: bool) -> bytes:
    """What follows DATA."""
    mail = Mail(key=1, sender="", recipient="a@b.example", content=content, plain=plain)
    return b"".join(stuffed(mail))


@given(text=TEXT, subject=TEXT, name=TEXT, sender=TEXT, digest=TEXT)
@example(text="a\rb", subject="a\rb", name="a\rb", sender="a\rb", digest="a\nb")
@example(text="Ω\r\u03a9" * 90, subject="Ω\r", name="Ω\r", sender="Ω\n", digest="Ω\r")
def test_nothing_said_in_a_mail_of_ours_stands_on_the_wire_with_a_lone_line_end(
    text: str, subject: str, name: str, sender: str, digest: str
) -> None:
    headers = MessageHeaders(
        from_name=sender,
        from_address="news@wexcombe.example",
        reply_to="office@wexcombe.example",
        date=datetime(2026, 11, 27, 9, tzinfo=UTC),
        unsubscribe_base="https://wexcombe.example/u/",
        list_id="friday.wexcombe.example",
        list_name=digest,
        feedback_id="1:friday:digest:newsletter",
        archive_url="https://wexcombe.example",
        owner="office@wexcombe.example",
        message_id_domain="wexcombe.example",
    )
    body = f"{placeholder(Slot.GREETING_TEXT, NONCE)}{text}{placeholder(Slot.NAME_HTML, NONCE)}"
    parts = text_part("plain", body, NONCE), text_part("html", body, NONCE)
    message = split_message(write_message(headers, subject, *parts, NONCE), NONCE)
    values = personal_values(mailbox(name, "ann@example.org"), name, "abc.def", "abc.def", "e1.1")
    sent = on_the_wire(message.splice(values), plain=True)
    assert BARE.search(sent) is None
    assert sent.count(b"\r\n.\r\n") == 1


@given(content=ANY_BYTES)
def test_content_from_elsewhere_with_a_lone_line_end_is_refused(content: bytes) -> None:
    with suppress(NewsletterError):
        sent = on_the_wire(content, plain=False)
        assert BARE.search(sent) is None
        assert sent.count(b"\r\n.\r\n") == (0 if sent == b".\r\n" else 1)


@given(address=TEXT.map(lambda text: f"ann{text}@example.org") | TEXT)
def test_no_address_with_a_line_end_is_let_into_an_envelope(address: str) -> None:
    if problem_of_recipient(address) is None:
        assert BARE.search(address.encode()) is None
        assert b"\r" not in address.encode()
    if is_sender(address):
        assert not {"\r", "\n"} & set(address)
