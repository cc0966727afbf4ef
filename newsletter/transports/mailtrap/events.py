"""Mailtrap's webhooks: https://docs.mailtrap.io/email-api-smtp/advanced/webhooks."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from newsletter.transports.api.answers import field
from newsletter.transports.api.call_proofs import same
from newsletter.transports.api.webhooks import NotProven, WebhookCall, event, judged, moment
from newsletter.transports.api.webhooks import Webhook as BaseWebhook
from newsletter.transports.events import Event, EventKind
from newsletter.transports.mailtrap.transport import MESSAGE_ID_FIELD

_K = EventKind
_KINDS = {
    "delivery": _K.SUCCESS,
    "spam": _K.COMPLAINT,
    "spam complaint": _K.COMPLAINT,
    "unsubscribe": _K.UNSUBSCRIBE,
    "suspension": _K.BLOCKED,
}
# The end of "Recipient in suppression list. Reason: …".
_SUPPRESSED = {
    "hard bounce": _K.HARD,
    "spam complaint": _K.COMPLAINT,
    "unsubscription": _K.UNSUBSCRIBE,
}


class Webhook(BaseWebhook):
    """Batches of events, signed over the body; repeats are known by their event_id."""

    ignored = frozenset({"open", "click"})
    needs = ("webhook_secret",)

    def prove(self, call: WebhookCall, now: datetime) -> None:
        key = self.options.webhook_secret.get_secret_value().encode()
        expected = hmac.digest(key, call.body, hashlib.sha256).hex()
        if not same(call.headers.get("Mailtrap-Signature", ""), expected):
            raise NotProven("the signature of the call is wrong or missing")

    def items(self, body: Any) -> Iterable[Any]:
        batch = field(body, "events")
        return super().items(batch if isinstance(batch, list) else body)

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        name = str(item["event"]).replace("_", " ")
        answer = str(item.get("response") or item.get("reason") or "")
        code = str(item.get("response_code") or "")
        if code and not answer.startswith(code):
            answer = f"{code} {answer}"
        if name in {"bounce", "soft bounce"}:
            kind = judged(answer, is_permanent=name == "bounce")
        elif name == "reject":
            kind = _SUPPRESSED.get(answer.rpartition("Reason: ")[2].lower(), _K.BLOCKED)
        else:
            kind = _KINDS.get(name, _K.UNKNOWN)
        yield event(
            kind,
            recipient=item.get("email"),
            message_id=field(item, "custom_variables", MESSAGE_ID_FIELD),
            reason=answer or item.get("bounce_category") or name,
            at=moment(item.get("timestamp")),
            provider_id=item.get("event_id"),
        )
