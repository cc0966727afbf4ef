"""SES's events, which come by SNS: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html.

Both forms are read: event publishing (`eventType`) and notifications (`notificationType`).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from newsletter.transports.api.answers import field
from newsletter.transports.api.ses_bounces import bounce_kind
from newsletter.transports.api.webhooks import NotProven, Told, WebhookCall, event, moment
from newsletter.transports.api.webhooks import Webhook as BaseWebhook
from newsletter.transports.events import Event, EventKind
from newsletter.transports.ses.sns import Fetch, fetch_certificate, prove_message

_K = EventKind
# SES writes it when event publishing is set up.
_GREETING = "Successfully validated SNS topic"


class Webhook(BaseWebhook):
    """Messages of one SNS topic.

    Args:
        fetch: gets a certificate of SNS.
    """

    ignored = frozenset({"Send", "Open", "Click"})
    needs = ("topic_arn",)

    def __init__(self, options: Any, fetch: Fetch = fetch_certificate) -> None:
        super().__init__(options)
        self._fetch = fetch

    def prove(self, call: WebhookCall, now: datetime) -> None:
        message = _json(call.body)
        if field(message, "TopicArn") != self.options.topic_arn:
            raise NotProven("the message is of another topic than topic_arn")
        prove_message(message, now, self._fetch)

    def read(self, call: WebhookCall, transport: str) -> Told:
        message = json.loads(call.body)
        if message["Type"] == "SubscriptionConfirmation":
            return Told(confirm=message["SubscribeURL"])
        if message["Type"] != "Notification" or message["Message"].startswith(_GREETING):
            return Told()
        return super().read(call, transport)

    def items(self, found: Any) -> list[Any]:
        return [{**json.loads(found["Message"]), "snsMessageId": found["MessageId"]}]

    def name_of(self, item: Any) -> str:
        return str(item.get("eventType") or item.get("notificationType") or "")

    def events(self, item: Any, call: WebhookCall) -> Iterator[Event]:
        mail, name = item["mail"], self.name_of(item)
        details = item.get(_key(name)) or {}
        headers = {str(h["name"]).lower(): h["value"] for h in mail.get("headers") or []}
        common = {
            "message_id": headers.get("message-id"),
            "at": moment(details.get("timestamp") or mail.get("timestamp")),
            "provider_id": item["snsMessageId"],
        }
        for recipient, kind, status, reason in _told(name, details, mail):
            yield event(kind, recipient=recipient, status=status, reason=reason, **common)


def _told(name: str, details: Any, mail: Any) -> Iterator[tuple[str, EventKind, str, str]]:
    """Recipient, kind, status and reason of each recipient."""
    if name == "Bounce":
        for one in details["bouncedRecipients"]:
            said = one.get("diagnosticCode") or ""
            kind = bounce_kind(details["bounceType"], details.get("bounceSubType"), said)
            reason = said or f"{details['bounceType']} {details.get('bounceSubType', '')}"
            yield one["emailAddress"], kind, one.get("status") or "", reason
    elif name == "Complaint":
        feedback = details.get("complaintFeedbackType") or ""
        kind = _K.UNKNOWN if feedback == "not-spam" else _K.COMPLAINT
        for one in details["complainedRecipients"]:
            yield one["emailAddress"], kind, "", feedback or details.get("complaintSubType") or ""
    elif name == "DeliveryDelay":
        for one in details["delayedRecipients"]:
            reason = one.get("diagnosticCode") or details.get("delayType") or ""
            yield one["emailAddress"], _K.DELAYED, one.get("status") or "", reason
    elif name == "Delivery":
        for address in details["recipients"]:
            yield address, _K.SUCCESS, "", details.get("smtpResponse") or ""
    else:
        leaves = name == "Subscription" and field(details, "newTopicPreferences", "unsubscribeAll")
        refused = name in {"Reject", "Rendering Failure"}
        kind = _K.UNSUBSCRIBE if leaves else _K.BLOCKED if refused else _K.UNKNOWN
        reason = details.get("reason") or details.get("errorMessage") or name
        for address in mail["destination"]:
            yield address, kind, "", reason


def _key(name: str) -> str:
    """Where the details of an event stand."""
    return {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}.get(
        name, name.lower()
    )


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
