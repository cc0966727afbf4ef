"""Brevo transport: one call of smtp/email for each mail, each with an idempotency key.

Versions of a message in one call share their headers, so a mail with its own List-Unsubscribe goes
by itself. Brevo writes the message anew and is the envelope sender.
https://developers.brevo.com/reference/send-transac-email, keys:
https://developers.brevo.com/docs/heterogenous-versions-batch-emails, sandbox:
https://developers.brevo.com/docs/using-sandbox-mode-to-send-an-email
"""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import requests
from pydantic import BaseModel, Field, SecretStr

from newsletter.config.kinds import OneLine
from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    each,
    field,
    line,
    refused_alone,
    seconds,
)
from newsletter.transports.api.call_proofs import PasswordOptions
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import Parts, headers_as_mapping, take_apart
from newsletter.transports.api.options import ApiAddress
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.base import Accepted, Mail, Unsupported

MESSAGE_ID_HEADER = "X-Mailin-custom"
"""The header, which webhooks return, that holds our Message-ID."""
# "email is not valid in to"
_BAD_ADDRESS = re.compile(r"\bin to\b|\binvalid to\b|\bto\b.{0,20}not valid", re.IGNORECASE)


class BrevoOptions(PasswordOptions):
    """An account at Brevo."""

    api_key: SecretStr = Field(min_length=1, description="API key (not the SMTP key)")
    api_url: ApiAddress = Field("https://api.brevo.com", description="Address of the API")
    tag: OneLine = Field("", description="Tag of every mail in Brevo's statistics; empty: none")
    sandbox: bool = Field(
        False, description="true: Brevo checks the mails and sends none (its sandbox mode)"
    )


class Brevo(Provider):
    """Brevo: one mail a call."""

    name = "Brevo"
    check = "check the API key, the authorised addresses, the sender and the account's credits"
    repeats = 2
    limits = Limits(mails=1, call_bytes=21_000_000, mail_bytes=20_000_000)

    def __init__(self, options: BrevoOptions) -> None:
        super().__init__(options)
        self.url = f"{options.api_url}/v3/smtp/email"

    def sign_in(self, http: requests.Session) -> None:
        http.headers["api-key"] = self.options.api_key.get_secret_value()

    def encode(self, mail: Mail) -> bytes:
        parts = take_apart(mail, self.name)
        _refuse_impossible(parts)
        fields: dict[str, Any] = {
            "sender": parts.sender.fields,
            "to": [parts.recipient.fields],
            "subject": parts.subject,
            "htmlContent": parts.html,
            "headers": self._headers(parts),
        }
        if parts.text:
            fields["textContent"] = parts.text
        if parts.reply_to:
            fields["replyTo"] = parts.reply_to[0].fields
        if parts.attachments:
            fields["attachment"] = [
                {"content": attachment.base64, "name": attachment.name}
                for attachment in parts.attachments
            ]
        if self.options.tag:
            fields["tags"] = [self.options.tag]
        return json.dumps(fields, ensure_ascii=False).encode()

    def _headers(self, parts: Parts) -> Mapping[str, str]:
        headers = dict(headers_as_mapping(parts, self.name))
        for name, value in headers.items():
            if name.lower() == "list-id":
                headers[name] = value if value.isascii() else value[value.rfind("<") :]
            elif not value.isascii():
                raise Unsupported(f"Brevo carries headers in ASCII only, and {name} is not")
        if parts.message_id:
            headers[MESSAGE_ID_HEADER] = parts.message_id
        if self.options.sandbox:
            headers["X-Sib-Sandbox"] = "drop"
        # A UUID of version 4 is asked for; calls with the same one within 30 minutes are refused.
        headers["idempotencyKey"] = str(UUID(bytes=secrets.token_bytes(16), version=4))
        return headers

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        return Call(url=self.url, body=entries[0].body)

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        body = reply.json
        number, code = field(body, "messageId"), line(field(body, "code"))
        if reply.status in {200, 201, 202} and number:
            return each([Accepted(response=f"messageId {line(number)}")])
        words = f"{code} {line(field(body, 'message'))}".strip()
        if code == "duplicate_parameter":
            # The key is new at each mail, so the call before had reached Brevo.
            return each([Accepted(response=f"taken by the call before: {words}")])
        if code == "invalid_parameter" and _BAD_ADDRESS.search(words):
            return refused_alone(words)
        wait = seconds(reply.headers.get("x-sib-ratelimit-reset", ""))
        return by_status(reply, 1, words, retry_after=wait)


def _refuse_impossible(parts: Parts) -> None:
    if not parts.html:
        raise Unsupported("Brevo takes no message without an HTML part")
    if len(parts.reply_to) > 1:
        raise Unsupported("Brevo takes one Reply-To, and the message has several")
    for attachment in parts.attachments:
        if attachment.content_id:
            raise Unsupported("Brevo carries no pictures inside the message; link them instead")
        if not attachment.name.isascii():
            raise Unsupported(
                f"Brevo garbles names of files that are not ASCII: {attachment.name!r}"
            )


class Transport(ApiTransport):
    """An account at Brevo."""

    Options: type[BaseModel] = BrevoOptions
    provider = Brevo

    @classmethod
    def carries_pictures(cls, _table: Mapping[str, Any]) -> bool:
        """Never inside the message."""
        return False
