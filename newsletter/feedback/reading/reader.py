"""Reads one mail that came back. Pure: no network, no database, no exception whatever the bytes.

Complaints first, then delivery status, bounces in words and automatic replies; what is none of
these is an ordinary mail, and nobody's bounce.
"""

import logging

from newsletter.feedback.reading import complaints, delivery_status, notifications, prose, replies
from newsletter.feedback.reading.message import Returned, take_apart
from newsletter.feedback.reading.report import MailReport, RecipientFinding, main_kind
from newsletter.transports.events import BOUNCES, EventKind

# Its detectors raise on damaged mails, and log that with a traceback.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

UNREAD = MailReport(kind=EventKind.UNKNOWN)


# A report that somebody forwarded, and that is forwarded again.
MAX_NESTING = 2


def read(content: bytes, depth: int = 0) -> MailReport:
    """What a mail says of the one that it answers."""
    returned = take_apart(content)
    if depth < MAX_NESTING and not returned.groups and prose.is_from_server(returned.original):
        inner = read(returned.source.encode("utf-8", "surrogateescape"), depth + 1)
        if inner.kind in BOUNCES:
            return inner
    report = (
        complaints.report_of(returned)
        or _status_report(returned)
        or notifications.report_of(returned)
        or _other(returned)
    )
    if report is None:
        return UNREAD
    message_id = returned.original.get("message-id", "") or _answered(returned)
    return MailReport(
        kind=report.kind,
        findings=report.findings,
        message_id=message_id,
        is_about_recipient=report.is_about_recipient,
        is_opt_out=report.is_opt_out,
    )


def _status_report(returned: Returned) -> MailReport | None:
    findings = tuple(delivery_status.findings(returned))
    if not findings:
        return None
    if not any(finding.recipient for finding in findings):
        named = _recipients(returned)
        findings = tuple(_with_recipient(findings[0], address) for address in named) or findings
    return MailReport(kind=main_kind(findings), findings=findings)


def _other(returned: Returned) -> MailReport | None:
    sender_is_server = prose.is_from_server({"from": returned.header("from")})
    if not prose.is_bounce(returned):
        return None if sender_is_server else replies.report_of(returned)
    reply = replies.report_of(returned) if not returned.original else None
    if reply is not None and not returned.header("x-failed-recipients") and not sender_is_server:
        return reply
    findings = tuple(prose.findings(returned))
    if not any(finding.recipient for finding in findings):
        named = _last_resort(returned)
        findings = tuple(_with_recipient(findings[0], address) for address in named) or findings
    return MailReport(kind=main_kind(findings), findings=findings)


def _recipients(returned: Returned) -> list[str]:
    return prose.recipients(returned) or _last_resort(returned)


def _last_resort(returned: Returned) -> list[str]:
    """Recipients by the detectors of Mailman, for the recipient only."""
    from flufl.bounce import scan_message  # slow to import

    try:
        addresses = scan_message(returned.beginning())
    except Exception:  # noqa: BLE001 - its detectors raise anything on damaged mails
        return []
    return sorted(address.decode("utf-8", "replace") for address in addresses)


def _with_recipient(finding: RecipientFinding, address: str) -> RecipientFinding:
    return RecipientFinding(
        kind=finding.kind, recipient=address, status=finding.status, reason=finding.reason
    )


def _answered(returned: Returned) -> str:
    for name in ("in-reply-to", "references"):
        if ids := returned.header(name).split():
            return ids[0]
    return ""
