"""Brevo's webhooks: https://developers.brevo.com/docs/transactional-webhooks."""

from collections.abc import Iterable, Iterator
from typing import Any

from newsletter.transports.api.answers import field
from newsletter.transports.api.call_proofs import PasswordWebhook
from newsletter.transports.api.webhooks import WebhookCall, event, judged, moment
from newsletter.transports.brevo.transport import MESSAGE_ID_HEADER
from newsletter.transports.events import Event, EventKind

_K = EventKind
_KINDS = {
    "delivered": _K.SUCCESS,
    "deferred": _K.DELAYED,
    "blocked": _K.BLOCKED,
    "error": _K.BLOCKED,
    "invalid_email": _K.HARD,
    "spam": _K.COMPLAINT,
    "complaint": _K.COMPLAINT,
    "unsubscribe": _K.UNSUBSCRIBE,
    "unsubscribed": _K.UNSUBSCRIBE,
}


class Webhook(PasswordWebhook):
    """One event a call, or several where the webhook is batched."""

    ignored = frozenset({"request", "sent", "opened", "click", "list_addition"}) | {
        "unique_opened", "unique_proxy_open", "proxy_open",
    }  # fmt: skip

    def items(self, body: Any) -> Iterable[Any]:
        batch = field(body, "events")
        return super().items(batch if isinstance(batch, list) else body)

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        name, reason = item["event"], item.get("reason") or ""
        if name in {"hard_bounce", "soft_bounce"}:
            kind = judged(reason, is_permanent=name == "hard_bounce")
        elif name == "blocked" and "unsubscribed" in reason:
            kind = _K.UNSUBSCRIBE
        else:
            kind = _KINDS.get(name, _K.UNKNOWN)
        yield event(
            kind,
            recipient=item.get("email"),
            message_id=item.get(MESSAGE_ID_HEADER),
            reason=reason or name,
            at=moment(item.get("ts_event") or item.get("ts")),
        )
