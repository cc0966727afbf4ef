"""Mails that come back, as different programs write them; invented."""

from collections.abc import Mapping

PERSON = "ada@littlewexcombe.example"
ORIGINAL = f"""From: News <news@wexcombe.example>
To: {PERSON}
Message-ID: <e7.66f1.42@wexcombe.example>
Subject: The Friday digest

Homes at last.
"""


def dsn(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 no such user",
    words: str = "Your mail could not be delivered.",
    recipient: str = PERSON,
    extra: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464)."""
    code = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: news@wexcombe.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

{words}

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {recipient}
{extra}Action: {action}
Status: {status}
{code}
--b1
Content-Type: message/rfc822

{ORIGINAL}
--b1--
""".encode()


def arf(feedback_type: str = "abuse", recipient: str = f"Original-Rcpt-To: {PERSON}\n") -> bytes:
    """An abuse report (RFC 5965)."""
    return f"""From: <abuse@provider.example>
To: <news@wexcombe.example>
Subject: FW: The Friday digest
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an email abuse report.

--b1
Content-Type: message/feedback-report

Feedback-Type: {feedback_type}
User-Agent: SomeGenerator/1.0
{recipient}Version: 1

--b1
Content-Type: message/rfc822

{ORIGINAL}
--b1--
""".encode()


def plain(sender: str, subject: str, text: str, headers: str = "") -> bytes:
    """A mail in words only."""
    return f"""From: {sender}
To: news@wexcombe.example
Subject: {subject}
{headers}Content-Type: text/plain; charset=utf-8

{text}
""".encode()


DAEMON = "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>"
QMAIL = plain(
    DAEMON,
    "failure notice",
    f"Hi. This is the mail program at mx.example.org.\n\n<{PERSON}>:\n"
    "192.0.2.7 does not like recipient.\nRemote host said: 550 no mailbox here by that name\n\n"
    f"--- Below this line is a copy of the message.\n\n{ORIGINAL}",
    "Return-Path: <>\n",
)
EXIM = plain(
    DAEMON,
    "Mail delivery failed: returning message to sender",
    "This message was created automatically.\n\nThe following address(es) failed:\n\n"
    f"  {PERSON}\n    host mx.example.org [192.0.2.7]\n"
    f"    SMTP error from remote mail server after RCPT TO:<{PERSON}>:\n"
    "    552 5.2.2 mailbox is full\n",
    f"X-Failed-Recipients: {PERSON}\n",
)
SENDMAIL_OF_OLD = plain(
    DAEMON,
    "Returned mail: Host unknown",
    "   ----- Transcript of session follows -----\n"
    "550 ada@littlewexcombe.example... Host unknown\n"
    "554 <ben@elsewhere.example>... 550 Host unknown\n",
)
SES = plain(
    "no-reply@sns.amazonaws.com",
    "AWS Notification Message",
    '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":'
    f'[{{"emailAddress":"{PERSON}","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 gone"}}]}},'
    '"mail":{"commonHeaders":{"messageId":"<e7.66f1.42@wexcombe.example>"}}}\n\n--\nUnsubscribe',
)
FORWARDED = plain(
    "Bob <bob@wexcombe.example>",
    "Fwd: failure notice",
    "See below.\n\nBegin forwarded message:\n\n"
    + "\n".join(f"> {line}" for line in QMAIL.decode().split("\n")),
)

# Ordinary mails, by what is ordinary about them.
ORDINARY: Mapping[str, bytes] = {
    "a letter": plain("Ann <ann@littlewexcombe.example>", "The fair", "Will there be tea? Ann"),
    "a letter about a failed delivery": plain(
        "Ann <ann@littlewexcombe.example>",
        "Parcel",
        "The parcel could not be delivered, since the address was unknown to the driver.",
    ),
    "an answer": plain(
        "Ann <ann@littlewexcombe.example>",
        "Re: The Friday digest",
        "Thank you!\n\n> Homes at last.",
        "In-Reply-To: <e7.66f1.42@wexcombe.example>\n",
    ),
    "a newsletter": plain(
        "Club <club@club.example>",
        "On holiday in Wexcombe: ten ideas",
        "We are away from the coast this week.",
        "List-Id: <club.club.example>\nList-Unsubscribe: <https://club.example/u>\n",
    ),
    "an order": plain(
        "Shop <orders@shop.example>",
        "Delivery of your order 550 5519",
        "Your order was delivered today. It was not rejected.",
    ),
    "nothing": b"",
    "a statistic": plain(
        "cron@wexcombe.example", "Report", "550 mails sent.", "Auto-Submitted: auto-generated\n"
    ),
}

OUT_OF_OFFICE: Mapping[str, bytes] = {
    "by header": plain(
        "Ada <ada@littlewexcombe.example>",
        "Away",
        "Back on Monday.",
        "Auto-Submitted: auto-replied\n",
    ),
    "by subject": plain(
        "ada@littlewexcombe.example",
        "Automatic reply: The Friday digest",
        "I am out of the office.",
        "X-Auto-Response-Suppress: All\n",
    ),
    "in German": plain(
        "ada@littlewexcombe.example", "Automatische Antwort: News", "Ich bin bis Montag im Urlaub."
    ),
    "in French": plain(
        "ada@littlewexcombe.example", "Réponse automatique : News", "Je suis absent."
    ),
    "a challenge": plain(
        "ada@littlewexcombe.example",
        "Re: The Friday digest",
        "This account is protected by Gatekeeper. Please click to ensure delivery of your mail.",
    ),
    "a held mail": dsn(diagnostic="smtp; 550 Sender not pre-approved", status="5.0.0"),
}
