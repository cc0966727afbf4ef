"""Mailjet's events: https://dev.mailjet.com/email/guides/webhooks/."""

from collections.abc import Iterator
from typing import Any

from newsletter.transports.api.call_proofs import PasswordWebhook
from newsletter.transports.api.webhooks import WebhookCall, event, judged, moment
from newsletter.transports.events import Event, EventKind

_K = EventKind
_KINDS = {"sent": _K.SUCCESS, "spam": _K.COMPLAINT, "unsub": _K.UNSUBSCRIBE}
# "Possible values for errors".
_ERRORS = {
    "user unknown": _K.HARD,
    "mailbox inactive": _K.HARD,
    "invalid domain": _K.HARD,
    "no mail host": _K.HARD,
    "typofix": _K.HARD,
    "quota exceeded": _K.FULL,
    **dict.fromkeys(
        (
            "blacklisted",
            "spam reporter",
            "relay/access denied",
            "sender blocked",
            "content blocked",
            "policy issue",
            "preblocked",
            "duplicate in campaign",
            "template error",
        ),
        _K.BLOCKED,
    ),
    **dict.fromkeys(("system issue", "protocol issue", "connection issue", "greylisted"), _K.SOFT),
}


class Webhook(PasswordWebhook):
    """One event a call, or several where they are grouped."""

    ignored = frozenset({"open", "click"})

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        name = item["event"]
        error, comment = str(item.get("error") or ""), str(item.get("comment") or "")
        reason = " ".join(part for part in (error, comment) if part)
        if name in {"bounce", "blocked"}:
            is_hard = item.get("hard_bounce") is True
            kind = _ERRORS.get(error) or judged(reason, is_permanent=is_hard)
            if name == "bounce" and kind is _K.HARD and not is_hard:
                kind = _K.SOFT
        else:
            kind = _KINDS.get(name, _K.UNKNOWN)
        yield event(
            kind,
            recipient=item.get("email"),
            message_id=item.get("Payload"),
            reason=reason or item.get("smtp_reply") or item.get("source") or name,
            at=moment(item.get("time")),
        )
