"""What a mail that came back says, and what an ordinary mail does not."""

import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mails import (
    DAEMON,
    EXIM,
    FORWARDED,
    ORDINARY,
    OUT_OF_OFFICE,
    PERSON,
    QMAIL,
    SENDMAIL_OF_OLD,
    SES,
    arf,
    dsn,
    plain,
)

from newsletter.feedback.reading.reader import read
from newsletter.transports.events import EventKind

SAMPLES = [dsn(), arf(), QMAIL, EXIM, SENDMAIL_OF_OLD, SES, FORWARDED, *OUT_OF_OFFICE.values()]
BIG = 20 * 1024 * 1024


def recipients(content: bytes) -> list[str]:
    return [finding.recipient for finding in read(content).findings]


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <ada@littlewexcombe.example> User unknown", EventKind.HARD),
        ("5.1.2", "smtp; 550 Host unknown", EventKind.HARD),
        ("5.1.10", "smtp; 556 5.1.10 recipient address has null MX", EventKind.HARD),
        ("5.4.4", "X-Postfix; Host or domain name not found. Name service error", EventKind.HARD),
        ("5.1.1", "", EventKind.HARD),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", EventKind.FULL),
        ("4.2.2", "smtp; 452 4.2.2 over quota", EventKind.FULL),
        ("4.3.0", "x-unix; Disk quota exceeded", EventKind.FULL),
        ("5.2.3", "X-Postfix; maildir has overdrawn its diskspace quota", EventKind.FULL),
        ("5.0.0", "smtp; 550 Your server requires confirmation, see us", EventKind.BLOCKED),
        ("5.0.0", "smtp; 550 ask to be put on our whitelist", EventKind.BLOCKED),
        ("4.7.0", "X-Notice; Sender not pre-approved, confirm your address", EventKind.AUTOREPLY),
        ("5.7.1", "smtp; 550 5.7.1 this message looks like spam", EventKind.BLOCKED),
        ("5.7.1", "smtp; 554 5.7.1 listed at blocklist.example", EventKind.BLOCKED),
        ("5.7.26", "smtp; 550 5.7.26 unauthenticated mail, SPF and DKIM failed", EventKind.BLOCKED),
        ("5.1.8", "smtp; 553 sender address rejected (in reply to MAIL FROM)", EventKind.BLOCKED),
        ("4.4.1", "X-Postfix; connect to mx: Connection timed out", EventKind.SOFT),
        ("4.4.7", "smtp; delivery time expired", EventKind.SOFT),
        ("5.4.6", "smtp; 554 5.4.6 mail loop, too many hops", EventKind.SOFT),
        ("5.3.4", "smtp; 552 5.3.4 message size exceeds limit", EventKind.SOFT),
        ("5.0.0", "smtp; 550 no such user here", EventKind.HARD),
        ("4.1.1", "smtp; 450 4.1.1 user unknown", EventKind.SOFT),
        ("5.7.1", "smtp; 554 5.7.1 refused: size limit=9000000 size=9100000", EventKind.SOFT),
        ("5.0.0", "smtp; 534 SIZE=9100000 message too big", EventKind.SOFT),
        ("5.2.3", "smtp; 550 5.2.3 RESOLVER.RST.RecipSizeLimit; too large", EventKind.SOFT),
        ("5.7.1", "smtp; 550 5.7.1 RESOLVER.RST.NotAuthorized; not allowed", EventKind.BLOCKED),
        ("5.0.0", "X-Postfix; [mx.example.org]: Name or service not known", EventKind.HARD),
        ("5.4.3", "X-Postfix; Name service error: Host not found, try again", EventKind.SOFT),
        ("5.0.0", "smtp; 554 RCPT (ada@littlewexcombe.example) dosn't exist", EventKind.HARD),
        ("5.0.0", "smtp; 550 your host is not allowed to connect here", EventKind.BLOCKED),
        ("5.1.1", "smtp; 550 5.1.1 <x@y.example>: unauthorized sender", EventKind.BLOCKED),
        ("5.0.0", "smtp; 534 SIZE=9100000 too big (in reply to MAIL FROM)", EventKind.SOFT),
        ("5.2.2", "smtp; 552 Too much mail data", EventKind.SOFT),
        ("5.1.3", "smtp; 553 your recipient is in my badrcptto list (#5.7.1)", EventKind.HARD),
        ("5.4.4", "X-Postfix; Malformed or unexpected name server reply", EventKind.SOFT),
        ("5.0.0", 'X-Exim; unrouteable mail domain "littlewexcombe.example"', EventKind.HARD),
        ("5.0.0", "smtp; 550 User account is overquota", EventKind.FULL),
        ("5.0.0", "X-Exim; allotments@x.example is a closed mailing list", EventKind.BLOCKED),
    ],
)
def test_a_failure_is_judged_by_the_servers_words_and_codes(
    status: str, diagnostic: str, kind: EventKind
) -> None:
    assert read(dsn(status=status, diagnostic=diagnostic)).kind is kind


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("delayed", "4.4.1", EventKind.DELAYED),
        ("delivered", "2.0.0", EventKind.SUCCESS),
        ("relayed", "2.1.5", EventKind.SUCCESS),
        ("expanded", "2.1.5", EventKind.SUCCESS),
    ],
)
def test_delayed_and_delivered_reports_are_no_bounces(
    action: str, status: str, kind: EventKind
) -> None:
    assert read(dsn(action=action, status=status, diagnostic="")).kind is kind


POSTFIX_ENTRY = "<{person}>: host mx.example.net said: 550 Rejected (in reply to {stage} command)"
EXIM_ENTRY = """  {person}
    host mx.example.net [192.0.2.1]
    SMTP error from remote mail server after {stage}:
    550 Rejected"""


@pytest.mark.parametrize("words", [POSTFIX_ENTRY, EXIM_ENTRY], ids=["Postfix", "Exim"])
@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        ("EHLO", EventKind.BLOCKED),
        ("MAIL FROM", EventKind.BLOCKED),
        ("RCPT TO", EventKind.HARD),
        ("end of DATA", EventKind.BLOCKED),
    ],
)
def test_a_bare_refusal_is_judged_by_the_command_that_the_words_name(
    words: str, stage: str, kind: EventKind
) -> None:
    told = words.format(person=PERSON, stage=stage)
    content = dsn(status="5.0.0", diagnostic="smtp; 550 Rejected", words=told)
    assert read(content).kind is kind


@pytest.mark.parametrize("other", ["ben@littlewexcombe.example", "<ben@littlewexcombe.example>:"])
def test_the_command_that_was_refused_for_another_recipient_is_not_theirs(other: str) -> None:
    words = f"  {PERSON}\n    550 Rejected\n  {other}\n    after EHLO: 550 Rejected"
    content = dsn(status="5.0.0", diagnostic="smtp; 550 Rejected", words=words)
    assert read(content).kind is EventKind.HARD


def test_a_domain_without_mail_servers_by_intent_is_gone_whatever_the_code() -> None:
    words = "DNS Error: the domain doesn't receive email: returned Null MX"
    content = dsn(status="4.0.0", diagnostic=f"smtp; {words}")
    assert read(content).kind is EventKind.HARD


def test_a_disclaimer_does_not_outweigh_a_precise_code() -> None:
    words = "Delivery failed.\n\nThis email was scanned for viruses and spam by our policy."
    assert read(dsn(words=words, diagnostic="", status="5.1.1")).kind is EventKind.HARD


def test_the_original_recipient_is_read_where_mail_was_forwarded() -> None:
    content = dsn(recipient="box@isp.example", extra=f"Original-Recipient: rfc822;{PERSON}\n")
    finding = read(content).findings[0]
    assert (finding.recipient, finding.original) == ("box@isp.example", PERSON)


@pytest.mark.parametrize(
    "words",
    [
        "<box@isp.example> (expanded from <{}>): no such user",
        "  box@isp.example\n    (ultimately generated from {})\n    no such user",
        "box@isp.example\n(generated from {})\nno such user",
        "Recipient address: box@isp.example\n  Original address: {}\n  Reason: no such user",
    ],
    ids=["Postfix", "Exim's chain", "Exim", "iPlanet"],
)
def test_the_address_that_an_alias_led_from_is_read_in_words(words: str) -> None:
    words = words.format(PERSON)
    for content in (
        dsn(recipient="box@isp.example", words=words),
        plain(DAEMON, "Delivery failure", words),
    ):
        finding = read(content).findings[0]
        assert (finding.recipient, finding.original) == ("box@isp.example", PERSON)


def test_a_recipient_in_an_encoded_word_is_decoded() -> None:
    assert recipients(dsn(recipient="=?utf-8?B?w6RkYQ==?=@littlewexcombe.example")) == [
        "äda@littlewexcombe.example"
    ]


def test_japanese_without_its_charset_is_read() -> None:
    words = "ディレクトリには見つかりません"
    content = dsn(status="5.0.0", diagnostic="X-Notes; WORDS")
    finding = read(content.replace(b"WORDS", words.encode("iso-2022-jp"))).findings[0]
    assert (finding.kind, finding.reason) == (EventKind.HARD, words)


def test_the_message_id_of_the_mail_is_read() -> None:
    assert read(dsn()).message_id == "<e7.66f1.42@wexcombe.example>"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (QMAIL, EventKind.HARD),
        (EXIM, EventKind.FULL),
        (SENDMAIL_OF_OLD, EventKind.HARD),
        (SES, EventKind.HARD),
        (FORWARDED, EventKind.HARD),
    ],
    ids=["qmail", "exim", "sendmail", "ses", "forwarded"],
)
def test_bounces_in_other_forms_are_understood(content: bytes, kind: EventKind) -> None:
    report = read(content)
    assert (report.kind, report.findings[0].recipient) == (kind, PERSON)


def test_every_recipient_of_a_bounce_in_words_is_found() -> None:
    assert recipients(SENDMAIL_OF_OLD) == [PERSON, "ben@elsewhere.example"]


def test_a_warning_in_words_is_a_delay() -> None:
    text = f"Your message to {PERSON} has not yet been delivered. No action is required."
    assert read(plain(DAEMON, "Warning: message delayed 24 hours", text)).kind is EventKind.DELAYED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"<{PERSON}>: mailbox unavailable. [error code 550]", EventKind.HARD),
        (f"To {PERSON}:\n\nUser not known", EventKind.HARD),
        (f"{PERSON}\nCette adresse de messagerie n'existe pas.", EventKind.HARD),
        (f"{PERSON} is no longer valid. Your mail has NOT been delivered.", EventKind.HARD),
        (f"{PERSON}: not delivered, mail box space not enough", EventKind.FULL),
        (f"554 <{PERSON}>... 550 Host unknown", EventKind.HARD),
        (f"<{PERSON}>: No mx record found for domain", EventKind.HARD),
        (f"{PERSON}\nan MX or SRV record indicated no SMTP service", EventKind.HARD),
        (f"ディレクトリのリストにありません {PERSON}", EventKind.HARD),
        (f"{PERSON}\n554 message looping", EventKind.SOFT),
        (
            (
                f"There was a temporary problem delivering to {PERSON}. We will retry for a day. "
                "You'll be notified if the delivery fails permanently.\n421 4.7.0 reputation"
            ),
            EventKind.DELAYED,
        ),
        (
            (
                f'Mail to "{PERSON}" has been postponed due to a full mailbox. We will continue to '
                "try to deliver it."
            ),
            EventKind.DELAYED,
        ),
        (
            (
                f"Your mail could not be delivered to:\n{PERSON}\nDelivery attempts will continue "
                "to be made for 3 days."
            ),
            EventKind.DELAYED,
        ),
    ],
)
def test_a_reply_in_words_is_classified(text: str, kind: EventKind) -> None:
    report = read(plain(DAEMON, "Delivery failure", text))
    assert (report.kind, report.findings[0].recipient) == (kind, PERSON)


def test_a_server_without_a_name_that_knows_no_such_user_is_a_bounce() -> None:
    text = f"You sent mail to {PERSON}. That's not a valid user here."
    content = b"Return-Path: <>\nAuto-Submitted: auto-replied\n" + plain("<>", "", text)
    assert read(content).kind is EventKind.HARD


def test_the_description_of_a_mail_is_not_taken_for_its_recipient() -> None:
    text = (
        "Your message\n\n  To: list@elsewhere.example\n\ndid not reach the following "
        f"recipient(s):\n\nc=GB;o=Council;dda:SMTP={PERSON}; on Friday\n  name not recognized"
    )
    assert recipients(plain(DAEMON, "Undeliverable: Buses", text)) == [PERSON]


def test_the_sender_that_a_server_refuses_is_not_its_recipient() -> None:
    text = f"Mail to {PERSON} could not be delivered: not accepting mail from list@wexcombe.example"
    assert recipients(plain(DAEMON, "Delivery failure", text)) == [PERSON]


def test_a_gateway_that_copies_the_headers_of_a_list_is_understood() -> None:
    text = f"--- Report ---\nThe mail below could not be delivered to the following user:\n{PERSON}"
    headers = "List-Id: <friday.wexcombe.example>\n"
    content = plain("admin@isp.example", "Non-Delivery: The Friday digest", text, headers)
    assert recipients(content) == [PERSON]


def test_a_sentence_may_be_broken_anywhere() -> None:
    text = f"I'm sorry to inform you that it could not\nbe delivered.\n\n<{PERSON}>: connect to mx"
    content = plain(DAEMON, "Сообщение", text, "Return-Path: <>\n")
    assert recipients(content) == [PERSON]


def test_a_filter_that_takes_a_mail_for_bulk_blocks_it() -> None:
    text = f"A mail from <news@wexcombe.example> to:\n-> {PERSON}\nwas considered unsolicited bulk."
    subject = "Considered UNSOLICITED BULK EMAIL, apparently from you"
    report = read(plain("Content-filter <postmaster@isp.example>", subject, text))
    assert (report.kind, report.findings[0].recipient) == (EventKind.BLOCKED, PERSON)


def test_the_dragonfly_mail_agent_names_the_recipient_in_a_header() -> None:
    headers = (
        "X-Original-To: bounces@wexcombe.example\n"
        f"Received: by df.example (DragonFly Mail Agent v0.13)\nX-Original-To: <{PERSON}>\n"
    )
    content = plain("MAILER-DAEMON <>", "Mail delivery failed", "There was an error", headers)
    assert recipients(content) == [PERSON]


def test_a_header_that_is_not_ascii_does_no_harm() -> None:
    content = b"Return-Path: <\xfcber@example.org>\nList-Id: \xe4\n" + plain(PERSON, "Hello", "Hi")
    assert read(content).kind is EventKind.UNKNOWN


@pytest.mark.parametrize("kind", ["abuse", "fraud", "virus", "other"])
def test_an_abuse_report_is_a_complaint(kind: str) -> None:
    report = read(arf(kind))
    assert (report.kind, report.findings[0].recipient) == (EventKind.COMPLAINT, PERSON)


def test_the_recipient_of_a_complaint_is_taken_from_the_mail_where_it_is_not_named() -> None:
    assert recipients(arf(recipient="")) == [PERSON]


def test_a_report_on_a_signature_is_not_held_against_the_recipient() -> None:
    assert not read(arf("auth-failure")).is_about_recipient


@pytest.mark.parametrize("content", [arf("opt-out"), plain(PERSON, "unsubscribe", "")])
def test_a_wish_to_leave_is_no_spam_complaint(content: bytes) -> None:
    assert read(content).is_opt_out


@pytest.mark.parametrize("content", OUT_OF_OFFICE.values(), ids=OUT_OF_OFFICE.keys())
def test_an_automatic_reply_is_told_apart(content: bytes) -> None:
    assert read(content).kind is EventKind.AUTOREPLY


@pytest.mark.parametrize("content", ORDINARY.values(), ids=ORDINARY.keys())
def test_an_ordinary_mail_is_nobodys_bounce(content: bytes) -> None:
    assert read(content).kind is EventKind.UNKNOWN


@pytest.mark.parametrize("end", [b"\r\n", b"\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize("content", SAMPLES)
def test_line_ends_make_no_difference(content: bytes, end: bytes) -> None:
    assert read(content.replace(b"\n", end)) == read(content)


@given(st.sampled_from(SAMPLES), st.integers(0, 1500))
def test_a_mail_may_be_cut_off_anywhere(content: bytes, length: int) -> None:
    read(content[:length])


@given(st.sampled_from(SAMPLES), st.integers(0, 1500), st.binary(max_size=40))
def test_a_mail_may_be_damaged_anywhere(content: bytes, place: int, damage: bytes) -> None:
    read(content[:place] + damage + content[place + len(damage) :])


@given(st.binary(max_size=400))
def test_any_bytes_are_read(content: bytes) -> None:
    read(content)


@pytest.mark.parametrize("charset", [b"utf-99", b'"utf\0-8"', b"utf-16le"])
def test_a_wrong_charset_does_not_hide_the_words(charset: bytes) -> None:
    content = QMAIL.replace(b"charset=utf-8", b"charset=" + charset)
    content = content.replace(b"Hi.", b"\xff\xfe Hi.")
    assert read(content).kind is EventKind.HARD


@pytest.mark.parametrize("charset", [b"utf-99", b'"utf\0-8"'])
def test_a_wrong_charset_of_the_mail_sent_back_does_no_harm(charset: bytes) -> None:
    named = b"Content-Type: text/plain; charset=" + charset
    content = dsn().replace(b"\n\nHomes at last", b"\n" + named + b"\n\nGr\xfc\xdfe")
    assert named in content
    assert read(content).kind is EventKind.HARD


def test_a_charset_that_makes_halves_of_characters_does_no_harm() -> None:
    content = FORWARDED.replace(b"charset=utf-8", b"charset=utf-7")
    content = content.replace(b"Homes at last", b"+2AA- Homes at last")
    assert read(content).kind is EventKind.HARD


def test_plain_words_that_are_declared_base64_are_read() -> None:
    content = QMAIL.replace(b"\n\n", b"\nContent-Transfer-Encoding: base64\n\n", 1)
    assert recipients(content) == [PERSON]


def test_a_delivery_status_in_base64_is_read() -> None:
    begin, _, rest = dsn().partition(b"message/delivery-status\n\n")
    fields, _, end = rest.partition(b"\n--b1")
    encoded = b"Content-Transfer-Encoding: base64\n\n" + b64encode(fields)
    content = begin + b"message/delivery-status\n" + encoded + b"\n--b1" + end
    assert read(content).findings == read(dsn()).findings


@pytest.mark.parametrize("filling", [b"x" * 70 + b"\n", b"<" * 100, b"a@b.cd ", b"Received: x\n"])
def test_a_mail_of_20_megabytes_is_read_as_fast_as_a_short_one(filling: bytes) -> None:
    content = QMAIL + filling * (BIG // len(filling))
    began = time.process_time()
    assert read(content).kind is EventKind.HARD
    assert time.process_time() - began < 1.0
