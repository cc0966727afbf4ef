"""Calls of a topic of SNS, or of a service that speaks its protocol."""

import json
import re
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from newsletter.transports.api.answers import field
from newsletter.transports.api.sns import Fetch, fetch_certificate, prove_message
from newsletter.transports.api.webhooks import NotProven, Webhook, WebhookCall, WebhookResult

MESSAGE_NUMBER = "snsMessageId"
"""Where a part of a call has the MessageId of its message, the same at each repetition."""


class SnsWebhook(Webhook):
    """Messages of the topic that the option `topic_arn` names.

    Args:
        fetch: gets a certificate of the service.
    """

    needs = ("topic_arn",)
    hosts: ClassVar[re.Pattern[str]]
    """The service's hosts: of its certificates, and of the addresses that confirm."""
    greeting: ClassVar[str] = ""
    """How a message begins that is sent when publishing is set up; empty: there is none."""

    def __init__(self, options: Any, fetch: Fetch | None = None) -> None:
        super().__init__(options)
        self._fetch = fetch or partial(fetch_certificate, self.hosts)

    def prove(self, call: WebhookCall, now: datetime) -> None:
        message = _json(call.body)
        if field(message, "TopicArn") != self.options.topic_arn:
            raise NotProven("the message is of another topic than topic_arn")
        prove_message(message, now, self._fetch, self.hosts)

    def read(self, call: WebhookCall, transport: str) -> WebhookResult:
        message = json.loads(call.body)
        if message["Type"] == "SubscriptionConfirmation":
            return WebhookResult(confirm=message["SubscribeURL"])
        if message["Type"] != "Notification":
            return WebhookResult()
        if self.greeting and message["Message"].startswith(self.greeting):
            return WebhookResult()
        return super().read(call, transport)

    def items(self, body: Any) -> list[Any]:
        return [{**json.loads(body["Message"]), MESSAGE_NUMBER: body["MessageId"]}]


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
