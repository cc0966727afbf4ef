"""Events that a service of the operator's own tells; the form stands in docs/transports.md."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from newsletter.transports.api.answers import field
from newsletter.transports.api.call_proofs import prove_standard_webhook
from newsletter.transports.api.webhooks import Webhook as BaseWebhook
from newsletter.transports.api.webhooks import WebhookCall, event, judged, moment
from newsletter.transports.events import Event, EventKind


class Webhook(BaseWebhook):
    """Batches of events, signed with the secret of the calls that send."""

    ignored = frozenset({"open", "click"})
    needs = ("secret",)

    def prove(self, call: WebhookCall, now: datetime) -> None:
        secret = self.options.secret.get_secret_value()
        prove_standard_webhook(secret, call, now, "webhook")

    def items(self, body: Any) -> Iterable[Any]:
        return super().items(field(body, "events"))

    def name_of(self, item: Any) -> str:
        return str(field(item, "kind") or "")

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        name, reason = item["kind"], item.get("reason") or ""
        if name == "bounce":
            kind = judged(reason, is_permanent=not reason.startswith("4"))
        else:
            kind = EventKind(name)
        yield event(
            kind,
            recipient=item.get("recipient"),
            message_id=item.get("message_id"),
            status=item.get("status"),
            reason=reason or name,
            at=moment(item.get("at")),
            provider_id=item.get("id"),
        )
