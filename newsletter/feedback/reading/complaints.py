"""Complaints: abuse reports (RFC 5965), and those of providers that send other forms."""

import re

from newsletter.feedback.reading import address_finding
from newsletter.feedback.reading.message import Fields, Returned
from newsletter.feedback.reading.report import MailReport, RecipientFinding
from newsletter.transports.events import EventKind

# Feedback types by which no recipient complains (RFC 5965, 7.3; RFC 6591, 3.1; RFC 6430).
_ABOUT_MESSAGE = frozenset({"auth-failure", "dmarc", "not-spam"})
_RECIPIENT_FIELDS = ("original-rcpt-to", "removal-recipient", "original-recipient", "rcpt-to")
# Microsoft's reports are the mail itself with a header more.
_MICROSOFT_RECIPIENT = "x-hmxmroriginalrecipient"
_SUBJECT = re.compile(
    r"^\W*(?:complaint about message from|abuse report|feedback report)\b", re.IGNORECASE
)
_OPT_OUT_SUBJECT = re.compile(r"\W*unsubscribe\W*$", re.IGNORECASE)
_ABUSE_WORDS = re.compile(
    r"this is an? (?:email )?(?:abuse|spam) (?:report|complaint)|abuse report for an email",
    re.IGNORECASE,
)


def report_of(returned: Returned) -> MailReport | None:
    """The complaint that a mail makes; None where it makes none."""
    if _OPT_OUT_SUBJECT.match(returned.header("subject")):
        return _opt_out(returned)
    fields = _feedback_fields(returned)
    is_declared = "feedback-report" in str(returned.headers.get("content-type", "")).lower()
    is_microsoft = _MICROSOFT_RECIPIENT in returned.original or bool(
        returned.headers.get(_MICROSOFT_RECIPIENT)
    )
    is_said = bool(_SUBJECT.match(returned.header("subject"))) and bool(
        fields or returned.original or _ABUSE_WORDS.search(returned.text)
    )
    if not (fields or is_declared or is_microsoft or is_said):
        return None
    kind = fields.get("feedback-type", "abuse").split(";")[0].strip().lower()
    findings = tuple(
        RecipientFinding(
            kind=EventKind.COMPLAINT, recipient=recipient, reason=_reason(kind, fields)
        )
        for recipient in _recipients(fields, returned)
    )
    return MailReport(
        kind=EventKind.COMPLAINT,
        findings=findings
        or (RecipientFinding(kind=EventKind.COMPLAINT, reason=_reason(kind, fields)),),
        is_about_recipient=kind not in _ABOUT_MESSAGE,
        is_opt_out=kind.startswith("opt-out"),
    )


def _opt_out(returned: Returned) -> MailReport:
    """A mail that a mail program sends for the button “unsubscribe” (RFC 2369, 3.2)."""
    sender = next(iter(address_finding.of_header(returned.header("from"))), "")
    finding = RecipientFinding(
        kind=EventKind.COMPLAINT, recipient=sender, reason="asks to unsubscribe"
    )
    return MailReport(kind=EventKind.COMPLAINT, findings=(finding,), is_opt_out=True)


def _feedback_fields(returned: Returned) -> Fields:
    fields: Fields = {}
    for group in returned.feedback:
        fields = group | fields
    return fields


def _recipients(fields: Fields, returned: Returned) -> list[str]:
    addresses = []
    for name in _RECIPIENT_FIELDS:
        for key in (name, f"{name}-again", f"{name}-again-again"):
            addresses += address_finding.of_header(fields.get(key, ""))
    original = returned.original
    addresses = addresses or address_finding.of_header(
        original.get(_MICROSOFT_RECIPIENT, "")
        or str(returned.headers.get(_MICROSOFT_RECIPIENT, ""))
    )
    addresses = addresses or address_finding.of_header(original.get("to", ""))
    return list(dict.fromkeys(addresses))


def _reason(kind: str, fields: Fields) -> str:
    agent = fields.get("user-agent", "")
    return " ".join(f"{kind} {agent and f'({agent})'}".split())
