"""Mailtrap transport: batches of up to 500 mails.

Mailtrap writes the message anew and is the envelope sender. Newsletters need its bulk stream.
https://docs.mailtrap.io/developers/email-sending/bulk (batch: "Maximum 500 messages per call",
"Maximum 50 MB total payload size")
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import requests
from pydantic import BaseModel, Field, SecretStr

from newsletter.config.kinds import OneLine
from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    field,
    in_doubt,
    line,
    one_by_one,
)
from newsletter.transports.api.call_proofs import SecretOptions
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import MailAttachment, headers_as_mapping, take_apart
from newsletter.transports.api.options import ApiAddress
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Mail,
    Outcome,
    Refused,
    Unsupported,
)
from newsletter.transports.verdicts import Verdict

MESSAGE_ID_FIELD = "message_id"
"""The custom variable, which webhooks return, that holds our Message-ID."""
_MAX_BATCH = 500
_BULK = "https://bulk.api.mailtrap.io"
_SANDBOX = "https://sandbox.api.mailtrap.io"
# "'to' address is invalid"
_BAD_ADDRESS = re.compile(r"[`'\"]to\b", re.IGNORECASE)


class MailtrapOptions(SecretOptions):
    """An account at Mailtrap."""

    api_token: SecretStr = Field(min_length=1, description="API token of the sending domain")
    api_url: ApiAddress = Field(
        _BULK, description="Address of the API; bulk.api is the stream that newsletters need"
    )
    account_url: ApiAddress = Field(
        "https://mailtrap.io", description="Address of the API of the account"
    )
    sandbox_inbox: int = Field(
        0, ge=0, description="Number of a sandbox's inbox that catches all mail; 0: mail is sent"
    )
    category: OneLine = Field(
        "", max_length=255, description="Category of every mail in Mailtrap's statistics"
    )
    batch: int = Field(
        _MAX_BATCH,
        ge=1,
        le=_MAX_BATCH,
        description="Mails a call at most; so many are in doubt when a call has no answer",
    )
    connections: int = Field(2, ge=1, le=20, description="Calls under way at once at most")


class Mailtrap(Provider):
    """Mailtrap's batches."""

    name = "Mailtrap"
    check = "check the API token, the verified domain and the account"

    def __init__(self, options: MailtrapOptions) -> None:
        super().__init__(options)
        host, inbox = options.api_url, options.sandbox_inbox
        if inbox and host == _BULK:
            host = _SANDBOX
        self.url = f"{host}/api/batch" + (f"/{inbox}" if inbox else "")
        self.limits = Limits(mails=options.batch, call_bytes=50_000_000, mail_bytes=49_000_000)

    def sign_in(self, http: requests.Session) -> None:
        http.headers["Authorization"] = f"Bearer {self.options.api_token.get_secret_value()}"

    def encode(self, mail: Mail) -> bytes:
        parts = take_apart(mail, self.name)
        if len(parts.reply_to) > 1:
            raise Unsupported("Mailtrap takes one Reply-To, and the message has several")
        fields: dict[str, Any] = {
            "from": parts.sender.fields,
            "to": [parts.recipient.fields],
            "subject": parts.subject,
            "headers": headers_as_mapping(parts, self.name),
        }
        optional = {
            "text": parts.text,
            "html": parts.html,
            "reply_to": parts.reply_to[0].fields if parts.reply_to else None,
            "attachments": [_attachment(attachment) for attachment in parts.attachments],
            "custom_variables": {MESSAGE_ID_FIELD: parts.message_id} if parts.message_id else None,
            "category": self.options.category,
        }
        fields.update((key, value) for key, value in optional.items() if value)
        return json.dumps(fields, ensure_ascii=False).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        mails = b",".join(entry.body for entry in entries)
        return Call(url=self.url, body=b'{"requests":[' + mails + b"]}")

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        body, size = reply.json, len(entries)
        if reply.status == 200:
            items = field(body, "responses")
            if not isinstance(items, list) or len(items) != size:
                return in_doubt(size, f"no answers for {size} mails")
            return one_by_one(items, _of_one)
        return by_status(reply, size, _words(body))


def _of_one(item: Any) -> tuple[Outcome, str | None]:
    """The outcome of one mail, and the reason to stop the transport, if any."""
    words = _words(item)
    if number := line(field(item, "message_ids", 0)):
        return Accepted(response=f"message_id {number}"), None
    if not words:
        return InDoubt(response="unreadable answer for the mail"), None
    if _BAD_ADDRESS.search(words):
        return Refused(response=words, verdict=Verdict.RECIPIENT), None
    return Deferred(response=words, throttled=True), words


def _words(body: Any) -> str:
    errors = field(body, "errors")
    return "; ".join(line(error) for error in errors) if isinstance(errors, list) else ""


def _attachment(attachment: MailAttachment) -> dict[str, str]:
    fields = {"content": attachment.base64, "filename": attachment.name, "type": attachment.kind}
    if attachment.content_id:
        return {**fields, "disposition": "inline", "content_id": attachment.content_id}
    return fields


class Transport(ApiTransport):
    """An account at Mailtrap."""

    Options: type[BaseModel] = MailtrapOptions
    provider = Mailtrap
