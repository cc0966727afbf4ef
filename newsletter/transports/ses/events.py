"""SES's events, which come by SNS: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html.

Both forms are read: event publishing (`eventType`) and notifications (`notificationType`).
"""

import re
from collections.abc import Iterator
from typing import Any

from newsletter.transports.api.answers import field
from newsletter.transports.api.ses_bounces import bounce_kind
from newsletter.transports.api.sns_webhook import MESSAGE_NUMBER, SnsWebhook
from newsletter.transports.api.webhooks import WebhookCall, event, moment
from newsletter.transports.events import Event, EventKind

_K = EventKind


class Webhook(SnsWebhook):
    """Messages of one topic of Amazon's SNS."""

    ignored = frozenset({"Send", "Open", "Click"})
    hosts = re.compile(r"sns\.[a-z]{2}(-[a-z]+)+-\d+\.amazonaws\.com(\.cn)?")
    greeting = "Successfully validated SNS topic"

    def name_of(self, item: Any) -> str:
        return str(item.get("eventType") or item.get("notificationType") or "")

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        mail, name = item["mail"], self.name_of(item)
        details = item.get(_key(name)) or {}
        headers = {str(h["name"]).lower(): h["value"] for h in mail.get("headers") or []}
        common = {
            "message_id": headers.get("message-id"),
            "at": moment(details.get("timestamp") or mail.get("timestamp")),
            "provider_id": item[MESSAGE_NUMBER],
        }
        for recipient, kind, status, reason in _told(name, details, mail):
            yield event(kind, recipient=recipient, status=status, reason=reason, **common)


def _told(name: str, details: Any, mail: Any) -> Iterator[tuple[str, EventKind, str, str]]:
    """Recipient, kind, status and reason of each recipient."""
    if name == "Bounce":
        for one in details["bouncedRecipients"]:
            diagnostic = one.get("diagnosticCode") or ""
            kind = bounce_kind(details["bounceType"], details.get("bounceSubType"), diagnostic)
            reason = diagnostic or f"{details['bounceType']} {details.get('bounceSubType', '')}"
            yield one["emailAddress"], kind, one.get("status") or "", reason
    elif name == "Complaint":
        feedback = details.get("complaintFeedbackType") or ""
        kind = _K.UNKNOWN if feedback == "not-spam" else _K.COMPLAINT
        for one in details["complainedRecipients"]:
            yield one["emailAddress"], kind, "", feedback or details.get("complaintSubType") or ""
    elif name == "DeliveryDelay":
        for one in details["delayedRecipients"]:
            reason = one.get("diagnosticCode") or details.get("delayType") or ""
            yield one["emailAddress"], _K.DELAYED, one.get("status") or "", reason
    elif name == "Delivery":
        for address in details["recipients"]:
            yield address, _K.SUCCESS, "", details.get("smtpResponse") or ""
    else:
        leaves = name == "Subscription" and field(details, "newTopicPreferences", "unsubscribeAll")
        refused = name in {"Reject", "Rendering Failure"}
        kind = _K.UNSUBSCRIBE if leaves else _K.BLOCKED if refused else _K.UNKNOWN
        reason = details.get("reason") or details.get("errorMessage") or name
        for address in mail["destination"]:
            yield address, kind, "", reason


def _key(name: str) -> str:
    """Where the details of an event stand."""
    return {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}.get(
        name, name.lower()
    )
