"""Mails that are made to take long, or to break what reads them."""

import time
from collections.abc import Callable

import pytest

from newsletter.feedback.reading.reader import read
from newsletter.transports.events import EventKind

PATIENCE_SECONDS = 15.0  # of a machine with other things to do; each took minutes, or was refused
SIZE = 190_000
HEAD = b"From: MAILER-DAEMON@relay.example\nTo: news@wexcombe.example\nSubject: Undelivered\n"
STATUS = HEAD + b"Content-Type: multipart/report; boundary=x\n\n--x\n"


def nested(depth: int) -> bytes:
    levels = (
        b"Content-Type: multipart/mixed; boundary=%x\n\n--%x\n" % (level, level)
        for level in range(depth)
    )
    return HEAD + b"".join(levels)


def plain(words: bytes) -> bytes:
    return HEAD + b"Content-Type: text/plain\n\nDelivery failed: user unknown\n" + words


def page(words: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html\n\nDelivery failed: user unknown " + words


def header(name: bytes, value: bytes) -> bytes:
    return HEAD + name + b": " + value + b"\n\nDelivery failed: user unknown\n"


BOMBS: dict[str, Callable[[], bytes]] = {
    "parts within parts": lambda: nested(4000),
    "parts within parts, then lines": lambda: nested(900) + b"\n" * 150_000,
    "mails within mails": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 6000,
    "forwards within forwards": lambda: (
        HEAD + b"Content-Type: message/rfc822\n\nFrom: a@x.example\nTo: b@x.example\n" * 300
    ),
    "many parts": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 38_000
    ),
    "many recipients": lambda: (
        STATUS
        + b"Content-Type: message/delivery-status\n\n"
        + b"Final-Recipient: rfc822; a@x.example\nStatus: 5.1.1\n\n" * 3500
    ),
    "many failed recipients": lambda: header(b"X-Failed-Recipients", b"a@x.example, " * 14_000),
    "parentheses": lambda: header(b"X-Failed-Recipients", b"(" * SIZE),
    "parentheses in the Message-ID": lambda: header(b"Message-ID", b"(" * SIZE),
    "parameters": lambda: header(b"Content-Type", b"text/plain" + b";" * SIZE),
    "many headers": lambda: HEAD + b"X-A: b\n" * 27_000 + b"\nuser unknown\n",
    "comments": lambda: page(b"<!--" * 48_000),
    "style sheets": lambda: page(b"<style>" * 27_000),
    "line breaks": lambda: page(b"<br " * 48_000),
    "spaces": lambda: plain(b" " * SIZE),
    "hyphens": lambda: plain(b"-" * SIZE),
    "original headers": lambda: plain(b"From: a@b\n" * 19_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_mail_that_is_made_to_be_slow_is_read_in_time(name: str) -> None:
    content = BOMBS[name]()
    begun = time.process_time()
    read(content)
    assert time.process_time() - begun < PATIENCE_SECONDS


def test_of_a_report_on_many_recipients_the_first_hundred_count() -> None:
    named = b", ".join(b"a%d@x.example" % number for number in range(150))
    found = read(header(b"X-Failed-Recipients", named)).findings
    assert [one.recipient for one in found] == [f"a{number}@x.example" for number in range(100)]


def test_words_after_an_open_head_are_read() -> None:
    content = page(b"").replace(
        b"Delivery failed",
        b"<head><title>x</title><body>Delivery to <b>ada@littlewexcombe.example</b> failed",
    )
    report = read(content)
    assert report.kind is EventKind.HARD
    assert [one.recipient for one in report.findings] == ["ada@littlewexcombe.example"]
