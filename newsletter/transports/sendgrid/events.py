"""SendGrid's events: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event.

Signatures: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from newsletter.transports.api.call_proofs import MAX_RETRY_AGE, decoded, require_recent
from newsletter.transports.api.webhooks import NotProven, WebhookCall, event, judged, moment
from newsletter.transports.api.webhooks import Webhook as BaseWebhook
from newsletter.transports.events import Event, EventKind
from newsletter.transports.sendgrid.transport import MESSAGE_ID_FIELD, public_key

_K = EventKind
_HEADER = "X-Twilio-Email-Event-Webhook-"
_KINDS = {
    "delivered": _K.SUCCESS,
    "deferred": _K.DELAYED,
    "spamreport": _K.COMPLAINT,
    "unsubscribe": _K.UNSUBSCRIBE,
    "group_unsubscribe": _K.UNSUBSCRIBE,
}
# By the beginning of the reason, in lower case.
_DROPPED = {
    "bounced address": _K.HARD,
    "invalid": _K.HARD,
    "spam reporting address": _K.COMPLAINT,
    "unsubscribed address": _K.UNSUBSCRIBE,
}


class Webhook(BaseWebhook):
    """Batches of events, signed by ECDSA."""

    ignored = frozenset({"open", "click", "processed", "group_resubscribe"})
    needs = ("webhook_public_key",)

    def prove(self, call: WebhookCall, now: datetime) -> None:
        sent = call.headers.get(f"{_HEADER}Timestamp", "")
        signature = decoded(call.headers.get(f"{_HEADER}Signature", ""))
        key = public_key(self.options.webhook_public_key)
        try:
            key.verify(signature, sent.encode() + call.body, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise NotProven("the signature of the call is wrong") from error
        require_recent(sent, now, MAX_RETRY_AGE)

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        reason = item.get("reason") or item.get("response") or ""
        yield event(
            _kind(item, reason),
            recipient=item.get("email"),
            message_id=item.get(MESSAGE_ID_FIELD),
            status=item.get("status"),
            reason=reason or item.get("event"),
            at=moment(item.get("timestamp")),
            provider_id=item.get("sg_event_id"),
        )


def _kind(item: Any, reason: str) -> EventKind:
    name = item["event"]
    if name == "bounce":
        if item.get("type") == "blocked":
            verdict = judged(reason, is_permanent=False)
            return verdict if verdict is _K.FULL else _K.BLOCKED
        return judged(reason, is_permanent=True)
    if name == "dropped":
        kinds = (kind for start, kind in _DROPPED.items() if reason.lower().startswith(start))
        return next(kinds, _K.BLOCKED)
    return _KINDS.get(name, _K.UNKNOWN)
