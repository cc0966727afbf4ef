"""Mailgun's webhooks: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from newsletter.transports.api.answers import ApiResponse, field
from newsletter.transports.api.call_proofs import MAX_RETRY_AGE, require_recent, same
from newsletter.transports.api.webhooks import NotProven, WebhookCall, event, judged, moment
from newsletter.transports.api.webhooks import Webhook as BaseWebhook
from newsletter.transports.events import Event, EventKind

_K = EventKind
_KINDS = {"delivered": _K.SUCCESS, "complained": _K.COMPLAINT, "unsubscribed": _K.UNSUBSCRIBE}
_REASONS = {
    "suppress-bounce": _K.HARD,
    "suppress-complaint": _K.COMPLAINT,
    "suppress-unsubscribe": _K.UNSUBSCRIBE,
    "espblock": _K.BLOCKED,
    "old": _K.SOFT,  # given up after hours of attempts
}


class Webhook(BaseWebhook):
    """One event a call, signed inside the body."""

    ignored = frozenset({"opened", "clicked", "accepted", "stored", "list_member_uploaded"})
    needs = ("webhook_signing_key",)

    def prove(self, call: WebhookCall, now: datetime) -> None:
        signature = field(ApiResponse(status=200, headers={}, body=call.body).json, "signature")
        parts = [str(field(signature, name) or "") for name in ("timestamp", "token", "signature")]
        key = self.options.webhook_signing_key.get_secret_value().encode()
        expected = hmac.digest(key, "".join(parts[:2]).encode(), hashlib.sha256).hex()
        if not same(parts[2], expected):
            raise NotProven("the signature of the call is wrong or missing")
        require_recent(parts[0], now, MAX_RETRY_AGE)

    def name_of(self, item: Any) -> str:
        return str(field(item, "event-data", "event") or "")

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        data = item["event-data"]
        status = data.get("delivery-status") or {}
        reason = status.get("message") or status.get("description") or ""
        code = str(status.get("code") or "")
        answer = reason if not code or reason.startswith(code) else f"{code} {reason}"
        yield event(
            _kind(data, answer),
            recipient=data.get("recipient") or field(data, "message", "headers", "to"),
            message_id=field(data, "message", "headers", "message-id"),
            status=status.get("enhanced-code"),
            reason=answer or field(data, "reject", "reason") or data.get("reason"),
            at=moment(data.get("timestamp")),
            provider_id=data.get("id"),
        )


def _kind(data: Any, answer: str) -> EventKind:
    name = data["event"]
    if name == "failed":
        if data.get("severity") == "temporary":
            return _K.DELAYED
        kind = _REASONS.get(str(data.get("reason")))
        return kind or judged(answer, is_permanent=True)
    return _K.BLOCKED if name == "rejected" else _KINDS.get(name, _K.UNKNOWN)
