"""Amazon SES notifications that SNS sends by mail, as JSON in the text.

Format: docs.aws.amazon.com, SES developer guide, “Amazon SNS notification contents”.
"""

import json
from typing import Any

from newsletter.feedback.reading.kinds import failure_kind
from newsletter.feedback.reading.message import MAX_RECIPIENTS, Returned
from newsletter.feedback.reading.report import MailReport, RecipientFinding, main_kind
from newsletter.transports.events import EventKind

# How Sendmail breaks a line that is too long.
_BROKEN_LINE = "!\n "


def report_of(returned: Returned) -> MailReport | None:
    """What a notification says; None where the text is none."""
    notification = _notification(returned.text)
    if notification is None:
        return None
    findings = tuple(_findings(notification))
    if not findings:
        return None
    return MailReport(
        kind=main_kind(findings), findings=findings, message_id=_message_id(notification)
    )


def _notification(text: str) -> dict[str, Any] | None:
    text = text.replace(_BROKEN_LINE, "")
    begin, end = text.find("{"), text.find("\n\n--\n")
    if begin < 0 or "notificationType" not in text:
        return None
    try:
        notification, _ = json.JSONDecoder(strict=False).raw_decode(
            text[begin:] if end < 0 else text[begin:end]
        )
        if isinstance(notification, dict) and isinstance(notification.get("Message"), str):
            notification = json.loads(notification["Message"])
    except (ValueError, RecursionError):
        return None
    return notification if isinstance(notification, dict) else None


def _findings(notification: dict[str, Any]) -> list[RecipientFinding]:
    match notification.get("notificationType"):
        case "Bounce":
            return [
                _bounced(one, notification)
                for one in _list(notification, "bounce", "bouncedRecipients")
            ]
        case "Complaint":
            return [
                _plain(EventKind.COMPLAINT, str(one.get("emailAddress", "")))
                for one in _list(notification, "complaint", "complainedRecipients")
            ]
        case "Delivery":
            recipients = notification.get("delivery", {}).get("recipients", [])[:MAX_RECIPIENTS]
            return [_plain(EventKind.SUCCESS, str(recipient)) for recipient in recipients]
    return []


def _list(notification: dict[str, Any], what: str, name: str) -> list[dict[str, Any]]:
    inner = notification.get(what)
    listed = inner.get(name) if isinstance(inner, dict) else None
    usable = listed if isinstance(listed, list) else []
    return [one for one in usable[:MAX_RECIPIENTS] if isinstance(one, dict)]


def _bounced(one: dict[str, Any], notification: dict[str, Any]) -> RecipientFinding:
    words = str(one.get("diagnosticCode", "")).removeprefix("smtp; ")
    status = str(one.get("status", ""))
    kind = failure_kind(status, words)
    if not words and not status:
        is_permanent = notification.get("bounce", {}).get("bounceType") == "Permanent"
        kind = EventKind.HARD if is_permanent else EventKind.SOFT
    address = str(one.get("emailAddress", ""))
    return RecipientFinding(kind=kind, recipient=address, status=status, reason=words[:1000])


def _plain(kind: EventKind, recipient: str) -> RecipientFinding:
    return RecipientFinding(kind=kind, recipient=recipient)


def _message_id(notification: dict[str, Any]) -> str:
    mail = notification.get("mail")
    headers = mail.get("commonHeaders") if isinstance(mail, dict) else None
    return str(headers.get("messageId", "")) if isinstance(headers, dict) else ""
