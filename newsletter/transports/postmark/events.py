"""Postmark's webhooks: https://postmarkapp.com/developer/webhooks/webhooks-overview.

Kinds of bounces: https://postmarkapp.com/developer/api/bounce-api#bounce-types
"""

from collections.abc import Iterator
from typing import Any

from newsletter.transports.api.call_proofs import PasswordWebhook
from newsletter.transports.api.webhooks import WebhookCall, event, judged, moment
from newsletter.transports.events import Event, EventKind
from newsletter.transports.postmark.payload import MESSAGE_ID_FIELD

_K = EventKind
_BOUNCES = {
    "Transient": _K.DELAYED,
    "Unsubscribe": _K.UNSUBSCRIBE,
    "AutoResponder": _K.AUTOREPLY,
    "AddressChange": _K.AUTOREPLY,
    "ChallengeVerification": _K.AUTOREPLY,
    "DnsError": _K.SOFT,
    "OpenRelayTest": _K.SOFT,
    "SpamNotification": _K.BLOCKED,
    "VirusNotification": _K.BLOCKED,
    "BadEmailAddress": _K.HARD,
    "SpamComplaint": _K.COMPLAINT,
    "ManuallyDeactivated": _K.BLOCKED,
    "Unconfirmed": _K.BLOCKED,
    "Blocked": _K.BLOCKED,
    "SMTPApiError": _K.BLOCKED,
    "DMARCPolicy": _K.BLOCKED,
    "TemplateRenderingFailed": _K.BLOCKED,
    "Unknown": _K.UNKNOWN,
    "InboundError": _K.UNKNOWN,
}
_RECORDS = {"Delivery": _K.SUCCESS, "SpamComplaint": _K.COMPLAINT}
_SUPPRESSIONS = {
    "HardBounce": _K.HARD,
    "SpamComplaint": _K.COMPLAINT,
    "ManualSuppression": _K.UNSUBSCRIBE,
}


class Webhook(PasswordWebhook):
    """One event a call."""

    ignored = frozenset({"Open", "Click", "Subscribe"})

    def name_of(self, item: Any) -> str:
        name = str(item["RecordType"])
        is_lifted = name == "SubscriptionChange" and item.get("SuppressSending") is False
        return "Subscribe" if is_lifted or item.get("Type") == "Subscribe" else name

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        record = item["RecordType"]
        reason = item.get("Details") or item.get("Description") or item.get("SuppressionReason")
        times = ("BouncedAt", "DeliveredAt", "ChangedAt", "ReceivedAt")
        number = item.get("ID")
        yield event(
            _kind(record, item, str(reason or "")),
            recipient=item.get("Email") or item.get("Recipient"),
            message_id=(item.get("Metadata") or {}).get(MESSAGE_ID_FIELD),
            reason=reason or record,
            at=moment(next((item[name] for name in times if item.get(name)), None)),
            provider_id=f"{record} {number}" if number else "",
        )


def _kind(record: str, item: Any, reason: str) -> EventKind:
    if record == "Bounce":
        return _bounce(item["Type"], reason)
    if record == "SubscriptionChange":
        return _SUPPRESSIONS.get(item.get("SuppressionReason"), _K.UNKNOWN)
    return _RECORDS.get(record, _K.UNKNOWN)


def _bounce(kind: str, reason: str) -> EventKind:
    if kind in {"HardBounce", "SoftBounce"}:
        return judged(reason, is_permanent=kind == "HardBounce")
    return _BOUNCES.get(kind, _K.UNKNOWN)
