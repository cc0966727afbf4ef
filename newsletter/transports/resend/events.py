"""Resend's webhooks, signed by svix: https://resend.com/docs/dashboard/webhooks/introduction."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from newsletter.transports.api.answers import field
from newsletter.transports.api.call_proofs import prove_standard_webhook
from newsletter.transports.api.ses_bounces import bounce_kind
from newsletter.transports.api.webhooks import Webhook as BaseWebhook
from newsletter.transports.api.webhooks import WebhookCall, event, moment
from newsletter.transports.events import Event, EventKind
from newsletter.transports.resend.transport import MESSAGE_ID_TAG

_K = EventKind
_KINDS = {
    "email.delivered": _K.SUCCESS,
    "email.delivery_delayed": _K.DELAYED,
    "email.complained": _K.COMPLAINT,
    "email.failed": _K.BLOCKED,
    # The address bounced or complained before, of whatever sender at Resend's account.
    "email.suppressed": _K.HARD,
}


class Webhook(BaseWebhook):
    """One event a call."""

    ignored = frozenset({"email.sent", "email.opened", "email.clicked", "email.scheduled"}) | {
        "contact.created", "contact.updated", "contact.deleted",
        "domain.created", "domain.updated", "domain.deleted",
    }  # fmt: skip
    needs = ("webhook_secret",)

    def prove(self, call: WebhookCall, now: datetime) -> None:
        secret = self.options.webhook_secret.get_secret_value()
        prove_standard_webhook(secret, call, now, "svix")

    def name_of(self, item: Any) -> str:
        return str(field(item, "type") or "")

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        name, data = item["type"], item["data"]
        details = data.get("bounce") or data.get("failed") or data.get("suppressed") or {}
        reason = details.get("message") or details.get("reason") or ""
        if name == "email.bounced":
            kind = bounce_kind(details.get("type") or _type_of(reason), details.get("subType"), "")
        else:
            kind = _KINDS.get(name, _K.UNKNOWN)
        for recipient in data["to"] if isinstance(data["to"], list) else [data["to"]]:
            yield event(
                kind,
                recipient=recipient,
                message_id=_message_id(data.get("tags")),
                reason=reason or name,
                at=moment(item.get("created_at")),
                provider_id=call.headers.get("svix-id"),
            )


def _type_of(reason: str) -> str:
    """The type of a bounce in calls that say it in words only, as they did until 2025."""
    return "Permanent" if "hard bounce" in reason or "suppressed" in reason else ""


def _message_id(tags: Any) -> str:
    """Our Message-ID from the tags, which stand in a list or as a mapping."""
    if isinstance(tags, list):
        tags = {field(tag, "name"): field(tag, "value") for tag in tags}
    text = str(field(tags, MESSAGE_ID_TAG) or "")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii", "replace")
