"""Turns a mail that came back into events. Pure."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from newsletter.feedback.reading.reader import read
from newsletter.feedback.reading.report import MailReport, RecipientFinding
from newsletter.tokens.envelope import EnvelopeSigner, Purpose, SignedWord
from newsletter.transports.events import BOUNCES, Event, EventKind, EventSource

# Addresses within a returned mail come early; a token further on is not looked for.
MAX_SCANNED = 64 * 1024
_BODY = re.compile(rb"\r?\n\r?\n|\r\r")
_RECIPIENT_FIELD = re.compile(
    rb"^(?:to|cc|(?:x-)?(?:delivered|original|envelope|forwarded|rcpt|apparently)-?to)[ \t]*:"
    rb"[^\r\n]*+(?:[\r\n]++[ \t][^\r\n]*+)*+|\bfor <[^>\s]+>",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


def events_of(
    content: bytes, signer: EnvelopeSigner, now: datetime, recipients: Iterable[str] = ()
) -> list[Event]:
    """What a mail tells, one event for each recipient it names; at least one.

    Args:
        recipients: the envelope's, where they are known.
    """
    head = _BODY.split(content[:MAX_SCANNED], maxsplit=1)[0]
    # Not the other headers: a copy of a mail of ours has its signed sender there.
    fields = b" ".join(match[0] for match in _RECIPIENT_FIELD.finditer(head)).decode("latin-1")
    addressed = list(signer.find(" ".join((*recipients, fields))))
    if any(word.purpose is Purpose.UNSUBSCRIBE for word in addressed):
        return [_unsubscribe(word, content, now) for word in addressed[:1]]
    report = read(content)
    named = next((word.delivery for word in addressed), None)
    if named is None and report.findings:
        named = delivery_of(content, signer)
    identity = _identity(content)
    findings = report.findings or (RecipientFinding(kind=EventKind.UNKNOWN),)
    if named is not None:
        # A mail with its own envelope has one recipient.
        findings = (_primary(findings),)
    return [_event(one, report, content, identity, named, now) for one in findings]


def delivery_of(
    content: bytes, signer: EnvelopeSigner, recipients: Iterable[str] = ()
) -> int | None:
    """The delivery that a signed envelope address in a mail names; None where there is none."""
    text = " ".join((*recipients, content[:MAX_SCANNED].decode("latin-1")))
    for word in signer.find(text):
        if word.purpose is Purpose.BOUNCE:
            return word.delivery
    return None


def _unsubscribe(word: SignedWord, content: bytes, now: datetime) -> Event:
    return Event(
        kind=EventKind.UNSUBSCRIBE,
        source=EventSource.REPORT,
        delivery=word.delivery,
        reason="asked to leave by mail",
        at=now,
        provider_id=f"unsubscribe {word.delivery}",
        evidence=content,
    )


def _event(
    finding: RecipientFinding,
    report: MailReport,
    content: bytes,
    identity: str,
    named: int | None,
    now: datetime,
) -> Event:
    is_about_them = report.is_about_recipient
    kind = EventKind.UNSUBSCRIBE if report.is_opt_out else finding.kind
    return Event(
        kind=kind,
        source=EventSource.REPORT,
        recipient=(finding.original or finding.recipient) if is_about_them else "",
        delivery=named if is_about_them else None,
        message_id=report.message_id if is_about_them else "",
        status=finding.status,
        reason=finding.reason,
        at=now,
        provider_id=identity,
        evidence=content,
        is_proven=named is not None,
    )


def _primary(findings: Sequence[RecipientFinding]) -> RecipientFinding:
    return next((one for one in findings if one.kind in BOUNCES), findings[0])


def _identity(content: bytes) -> str:
    """The same whichever way a mail is received: headers that are added on the way are left out."""
    head, _, body = content.partition(_end_of_head(content))
    message_id = _MESSAGE_ID.search(head.replace(b"\r", b"\n"))
    digest = hashlib.sha256(message_id[1] if message_id else head)
    digest.update(body.replace(b"\r\n", b"\n").strip())
    return digest.hexdigest()


def _end_of_head(content: bytes) -> bytes:
    match = _BODY.search(content)
    return match[0] if match else b"\n\n"
