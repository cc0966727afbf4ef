"""Which events a mail that came back becomes."""

from datetime import UTC, datetime

import pytest
from reading.mails import ORDINARY, arf, dsn, plain
from support import SECRET

from newsletter.feedback.incoming import events_of
from newsletter.tokens.envelope import EnvelopeSigner, Purpose, SignedEnvelopes
from newsletter.transports.events import Event, EventKind

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SIGNER = EnvelopeSigner(SECRET)
OURS = f"bounces+{SIGNER.word(42)}@wexcombe.example"
LEAVE = f"bounces+{SIGNER.word(42, Purpose.UNSUBSCRIBE)}@wexcombe.example"


def only(content: bytes, *recipients: str) -> Event:
    (event,) = events_of(content, SIGNER, NOW, recipients)
    return event


@pytest.mark.parametrize("address", [OURS, OURS.upper(), f"SRS0=x=y=isp.example={OURS}"])
def test_a_signed_recipient_names_the_delivery_whatever_the_case(address: str) -> None:
    event = only(dsn(), address)
    assert (event.delivery, event.is_proven) == (42, True)


def test_a_signed_address_within_the_returned_mail_counts_too() -> None:
    content = dsn().replace(b"From: News", f"Return-Path: <{OURS}>\nFrom: News".encode())
    assert only(content).delivery == 42


def test_a_copy_of_a_mail_of_ours_is_no_report_on_it() -> None:
    copy = f"Return-Path: <{OURS}>\n".encode() + ORDINARY["a letter"]
    assert only(copy).delivery is None


def test_an_address_with_a_wrong_signature_names_nothing() -> None:
    forged = OURS.replace(SIGNER.word(42), "b17-aaaaaaaaaaaaa")
    event = only(dsn(), forged)
    assert (event.delivery, event.is_proven) == (None, False)


def test_a_signature_of_another_site_names_nothing() -> None:
    other = EnvelopeSigner("another secret that only others know").word(42)
    assert only(dsn(), f"bounces+{other}@wexcombe.example").delivery is None


def test_mail_to_the_signed_unsubscribe_address_leaves() -> None:
    event = only(plain("a@b.example", "anything", "please"), LEAVE)
    assert (event.kind, event.delivery, event.is_proven) == (EventKind.UNSUBSCRIBE, 42, True)


def test_an_unsubscribe_address_within_a_bounce_does_not_leave() -> None:
    content = dsn().replace(
        b"From: News", f"List-Unsubscribe: <mailto:{LEAVE}>\nFrom: News".encode()
    )
    assert only(content).kind is EventKind.HARD


def test_a_report_on_a_signature_names_nobody() -> None:
    event = only(arf("auth-failure"), OURS)
    assert (event.recipient, event.delivery) == ("", None)


def test_an_unknown_report_is_an_event_with_its_evidence() -> None:
    content = ORDINARY["a letter"]
    event = only(content)
    assert (event.kind, event.evidence) == (EventKind.UNKNOWN, content)


def test_the_same_mail_by_another_way_is_the_same_event() -> None:
    content = dsn()
    by_imap = b"Received: from a by b\nDelivered-To: x@y.example\n" + content
    again = by_imap.replace(b"\n", b"\r\n")
    with_id = b"Message-ID: <1@mx.example>\n"
    assert only(with_id + content).key == only(with_id + again).key


def test_a_delivery_has_no_envelope_of_its_own_where_it_is_switched_off() -> None:
    envelopes = SignedEnvelopes(SIGNER, "+", frozenset({"relay"}))
    assert envelopes.addresses("bounces@wexcombe.example", "relay") is None


def test_an_envelope_address_is_never_longer_than_smtp_allows() -> None:
    envelopes = SignedEnvelopes(SIGNER, "+", frozenset())
    assert envelopes.addresses(f"{'b' * 60}@wexcombe.example", "default") is None
