"""Scaleway's events, which come by Topics and Events in the protocol of SNS.

https://www.scaleway.com/en/docs/transactional-email/reference-content/webhook-events-payloads/,
proof: https://www.scaleway.com/en/docs/topics-and-events/reference-content/verifying-webhooks/
"""

import re
from collections.abc import Iterator
from typing import Any

from newsletter.transports.api.sns_webhook import MESSAGE_NUMBER, SnsWebhook
from newsletter.transports.api.webhooks import WebhookCall, event, judged, moment
from newsletter.transports.events import Event, EventKind
from newsletter.transports.scaleway.transport import MESSAGE_ID_HEADER

_K = EventKind
_KINDS = {
    "email_delivered": _K.SUCCESS,
    "email_deferred": _K.DELAYED,
    "email_spam": _K.BLOCKED,
}
# An address on the blocklist had such an answer before.
_BLOCKLISTED = {"mailbox_full": _K.FULL, "mailbox_not_found": _K.HARD}


class Webhook(SnsWebhook):
    """Messages of one topic of Scaleway's."""

    # The entry in the blocklist follows from an event that is told by itself.
    ignored = frozenset({"email_queued", "blocklist_created"})
    hosts = re.compile(
        r"messaging\.s3\.fr-par\.scw\.cloud|sns\.mnq\.[a-z]{2}-[a-z]{3}\.scaleway\.com"
    )

    def name_of(self, item: Any) -> str:
        return str(item.get("type") or "")

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        name, headers = self.name_of(item), item.get("email_headers") or []
        by_name = {str(one["key"]).lower(): one["value"] for one in headers}
        code, reason = item.get("email_response_code"), item.get("email_response_message") or ""
        answer = (
            f"{code} {reason}" if code and not str(reason).startswith(str(code)) else str(reason)
        )
        yield event(
            _kind(name, item, answer),
            recipient=item["email_to"],
            message_id=by_name.get(MESSAGE_ID_HEADER.lower()),
            reason=answer or item.get("blocklist_reason") or item.get("email_error") or name,
            at=moment(item.get("created_at")),
            provider_id=item.get("id") or item[MESSAGE_NUMBER],
        )


def _kind(name: str, item: Any, answer: str) -> EventKind:
    if name == "email_blocklisted":
        return _BLOCKLISTED.get(item.get("blocklist_type"), _K.UNKNOWN)
    if name in {"email_dropped", "email_mailbox_not_found"}:
        return judged(answer, is_permanent=name == "email_mailbox_not_found")
    return _KINDS.get(name, _K.UNKNOWN)
