"""SparkPost's events: https://developers.sparkpost.com/api/webhooks/.

Classes of bounces: https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
"""

from collections.abc import Iterator
from typing import Any

from newsletter.transports.api.answers import field
from newsletter.transports.api.call_proofs import PasswordWebhook
from newsletter.transports.api.webhooks import WebhookCall, event, judged, moment
from newsletter.transports.events import Event, EventKind
from newsletter.transports.sparkpost.transport import MESSAGE_ID_FIELD

_K = EventKind
_KINDS = {
    "delivery": _K.SUCCESS,
    "delay": _K.DELAYED,
    "spam_complaint": _K.COMPLAINT,
    "policy_rejection": _K.BLOCKED,
    "generation_failure": _K.BLOCKED,
    "generation_rejection": _K.BLOCKED,
    "list_unsubscribe": _K.UNSUBSCRIBE,
    "link_unsubscribe": _K.UNSUBSCRIBE,
}
_CLASSES = {
    **dict.fromkeys(("10", "30"), _K.HARD),
    **dict.fromkeys(("20", "21", "23", "24", "40", "70"), _K.SOFT),
    "22": _K.FULL,
    **dict.fromkeys(("25", "50", "51", "52", "53", "54"), _K.BLOCKED),
    **dict.fromkeys(("60", "80", "100"), _K.AUTOREPLY),
    "90": _K.UNSUBSCRIBE,
}


class Webhook(PasswordWebhook):
    """Batches of events, each wrapped in its class; a call without events is a test."""

    ignored = frozenset({"ping", "injection", "open", "initial_open", "click"}) | {
        "amp_open", "amp_initial_open", "amp_click", "ab_test_completed", "ab_test_cancelled",
        "success",
    }  # fmt: skip

    def items(self, body: Any) -> list[Any]:
        items = super().items(body)
        return [item["msys"] if field(item, "msys") is not None else item for item in items]

    def name_of(self, item: Any) -> str:
        return "ping" if item == {} else str(field(_inside(item), "type") or "")

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        fields = _inside(item)
        reason = fields.get("raw_reason") or fields.get("reason") or ""
        yield event(
            _kind(fields, str(reason)),
            recipient=fields.get("raw_rcpt_to") or fields.get("rcpt_to"),
            message_id=field(fields, "rcpt_meta", MESSAGE_ID_FIELD),
            reason=reason or fields.get("fbtype") or fields["type"],
            at=moment(fields.get("timestamp")),
            provider_id=fields.get("event_id"),
        )


def _inside(item: Any) -> Any:
    """The event, without the name of its class around it."""
    values = list(item.values()) if isinstance(item, dict) else []
    return values[0] if len(values) == 1 else None


def _kind(fields: Any, reason: str) -> EventKind:
    if fields["type"] in {"bounce", "out_of_band"}:
        class_kind = _CLASSES.get(str(fields.get("bounce_class")))
        # Class 1 is "undetermined".
        return class_kind or judged(reason, is_permanent=False)
    return _KINDS.get(fields["type"], _K.UNKNOWN)
