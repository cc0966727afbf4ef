"""Resend transport: batches of up to 100 mails, each call with an idempotency key.

A batch carries no attachments; with `batch = 1` each mail is a call that may. Resend writes the
message anew and is the envelope sender. https://resend.com/docs/api-reference/emails/send-batch-emails,
keys: https://resend.com/docs/dashboard/emails/idempotency-keys, errors:
https://resend.com/docs/api-reference/errors
"""

import json
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from pydantic import BaseModel, Field, SecretStr, field_validator

from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    each,
    field,
    in_doubt,
    line,
    refused_alone,
)
from newsletter.transports.api.call_proofs import SecretOptions
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import MailAttachment, Parts, headers_as_mapping, take_apart
from newsletter.transports.api.options import ApiAddress
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.api.standard_webhooks import key_of
from newsletter.transports.base import Accepted, Deferred, Mail, Outcome, Refused, Unsupported
from newsletter.transports.verdicts import Verdict

MESSAGE_ID_TAG = "newsletter_message_id"
"""The tag, which webhooks return, that holds our Message-ID: Base64 for URLs, without padding."""
_MAX_TAG_LENGTH = 256
_MAX_BATCH = 100
# "The `to` field is invalid", "Invalid `to` field".
_BAD_ADDRESS = re.compile(r"[`'\"]to[`'\"]", re.IGNORECASE)
_STILL_AT_IT = "concurrent_idempotent_requests"


class ResendOptions(SecretOptions):
    """An account at Resend."""

    api_key: SecretStr = Field(min_length=1, description="API key that may send")
    api_url: ApiAddress = Field("https://api.resend.com", description="Address of the API")
    batch: int = Field(
        _MAX_BATCH,
        ge=1,
        le=_MAX_BATCH,
        description="Mails a call at most; 1: mails may have attachments and pictures inside",
    )
    connections: int = Field(2, ge=1, le=20, description="Calls under way at once at most")

    @field_validator("webhook_secret")
    @classmethod
    def _is_key(cls, secret: SecretStr) -> SecretStr:
        if text := secret.get_secret_value():
            key_of(text)
        return secret


class Resend(Provider):
    """Resend's batches."""

    name = "Resend"
    check = "check the API key, the verified domain and the account"
    repeats = 2

    def __init__(self, options: ResendOptions) -> None:
        super().__init__(options)
        self._is_single = options.batch == 1
        self.url = f"{options.api_url}/emails" + ("" if self._is_single else "/batch")
        # "emails can be no larger than 40MB (including attachments after Base64 encoding)"
        self.limits = Limits(mails=options.batch, call_bytes=41_000_000, mail_bytes=40_000_000)

    def sign_in(self, http: requests.Session) -> None:
        http.headers["Authorization"] = f"Bearer {self.options.api_key.get_secret_value()}"

    def encode(self, mail: Mail) -> bytes:
        parts = take_apart(mail, self.name)
        fields: dict[str, Any] = {
            "from": parts.sender_line,
            "to": [parts.recipient_line],
            "subject": parts.subject,
            "headers": headers_as_mapping(parts, self.name),
        }
        fields.update((key, text) for key, text in _texts(parts) if text)
        if parts.reply_to_lines:
            fields["reply_to"] = list(parts.reply_to_lines)
        tag = urlsafe_b64encode(parts.message_id.encode()).decode().rstrip("=")
        if 0 < len(tag) <= _MAX_TAG_LENGTH:
            fields["tags"] = [{"name": MESSAGE_ID_TAG, "value": tag}]
        if parts.attachments:
            if not self._is_single:
                raise Unsupported(
                    "Resend's batches carry no attachments and no pictures inside the message; "
                    "set batch = 1"
                )
            fields["attachments"] = [_attachment(attachment) for attachment in parts.attachments]
        return json.dumps(fields, ensure_ascii=False).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        body = b",".join(entry.body for entry in entries)
        return Call(
            url=self.url,
            body=body if self._is_single else b"[" + body + b"]",
            headers={
                "Idempotency-Key": secrets.token_urlsafe(32),
                # The others of a batch go out although one is wrong.
                "x-batch-validation": "permissive",
            },
        )

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        body, size = reply.json, len(entries)
        if reply.status == 200:
            return _of_each(body if not self._is_single else {"data": [body]}, size)
        code = line(field(body, "name"))
        words = f"{code} {line(field(body, 'message'))}".strip()
        if code == _STILL_AT_IT:
            return in_doubt(size, f"HTTP {reply.status} {words}")
        if reply.status == 422 and size == 1 and _BAD_ADDRESS.search(words):
            return refused_alone(words)
        return by_status(reply, size, words)


def _of_each(body: Any, size: int) -> CallOutcomes:
    """The outcomes of a batch: ids of those taken in their order, and the others by index."""
    taken, errors = field(body, "data"), field(body, "errors") or []
    wrong = {field(error, "index"): line(field(error, "message")) for error in errors}
    numbers = [line(field(item, "id")) for item in taken] if isinstance(taken, list) else []
    if not all(numbers) or len(numbers) + len(wrong) != size or not set(wrong) <= set(range(size)):
        return in_doubt(size, f"no ids of {size} mails in the answer")
    outcomes: list[Outcome] = []
    stops: list[str] = []
    left = iter(numbers)
    for index in range(size):
        words = wrong.get(index)
        if words is None:
            outcomes.append(Accepted(response=f"id {next(left)}"))
        elif _BAD_ADDRESS.search(words):
            outcomes.append(Refused(response=words, verdict=Verdict.RECIPIENT))
        else:
            outcomes.append(Deferred(response=words, throttled=True))
            stops.append(words)
    return each(outcomes, stops)


def _texts(parts: Parts) -> tuple[tuple[str, str | None], ...]:
    return (("text", parts.text), ("html", parts.html))


def _attachment(attachment: MailAttachment) -> dict[str, str]:
    fields = {
        "content": attachment.base64,
        "filename": attachment.name,
        "content_type": attachment.kind,
    }
    return {**fields, "content_id": attachment.content_id} if attachment.content_id else fields


class Transport(ApiTransport):
    """An account at Resend."""

    Options: type[BaseModel] = ResendOptions
    provider = Resend

    @classmethod
    def carries_pictures(cls, table: Mapping[str, Any]) -> bool:
        """Only in calls of one mail."""
        return bool(table.get("batch") == 1)
