"""SendGrid transport: one call of mail/send for each mail.

A call may carry 1,000 recipients, but one text for all of them; mails that differ, as ours do, go
one by one. SendGrid writes the message anew and is the envelope sender.
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send, errors:
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors
"""

import base64
import json
from collections.abc import Sequence
from typing import Any

import requests
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import BaseModel, Field, SecretStr, field_validator

from newsletter.config.kinds import OneLine
from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    each,
    field,
    line,
    refused_alone,
    wait_until,
)
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import MailAttachment, headers_as_mapping, take_apart
from newsletter.transports.api.options import ApiAddress, ApiOptions
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.base import Accepted, Mail

MESSAGE_ID_FIELD = "newsletter_message_id"
"""The custom argument, which events return, that holds our Message-ID."""
_TO = "personalizations.0.to"
_NO_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
}


class SendGridOptions(ApiOptions):
    """An account at SendGrid."""

    api_key: SecretStr = Field(min_length=1, description='API key that may "Mail Send"')
    api_url: ApiAddress = Field(
        "https://api.sendgrid.com",
        description="Address of the API; in the EU: https://api.eu.sendgrid.com",
    )
    category: OneLine = Field(
        "", description="Category of every mail in SendGrid's statistics; empty: none"
    )
    webhook_public_key: OneLine = Field(
        "",
        description="Verification key of the event webhook; empty: no calls that tell of bounces "
        "are taken (`newsletter transports connect` fetches it)",
    )
    sandbox: bool = Field(
        False, description="true: SendGrid checks the mails and sends none (its sandbox mode)"
    )

    @field_validator("webhook_public_key")
    @classmethod
    def _is_public_key(cls, text: str) -> str:
        if text:
            public_key(text)
        return text


def public_key(text: str) -> ec.EllipticCurvePublicKey:
    """The key that signs events, from its Base64.

    Raises:
        ValueError: it is none.
    """
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        words = "write the verification key that SendGrid shows, one line of Base64"
        raise ValueError(words)  # noqa: TRY004 - the option's value, not its type, is wrong
    return key


class SendGrid(Provider):
    """SendGrid: one mail a call."""

    name = "SendGrid"
    check = "check the API key and its permissions, the verified sender and the account"
    # "The total message size should not exceed 20MB."
    limits = Limits(mails=1, call_bytes=30_000_000, mail_bytes=20_000_000)

    def __init__(self, options: SendGridOptions) -> None:
        super().__init__(options)
        self.url = f"{options.api_url}/v3/mail/send"

    def sign_in(self, http: requests.Session) -> None:
        http.headers["Authorization"] = f"Bearer {self.options.api_key.get_secret_value()}"

    def encode(self, mail: Mail) -> bytes:
        parts = take_apart(mail, self.name)
        person: dict[str, Any] = {"to": [parts.recipient.fields]}
        if parts.message_id:
            person["custom_args"] = {MESSAGE_ID_FIELD: parts.message_id}
        texts = (("text/plain", parts.text), ("text/html", parts.html))
        fields: dict[str, Any] = {
            "personalizations": [person],
            "from": parts.sender.fields,
            "subject": parts.subject,
            "content": [{"type": kind, "value": text} for kind, text in texts if text],
            "headers": headers_as_mapping(parts, self.name),
            "tracking_settings": _NO_TRACKING,
        }
        if parts.reply_to:
            fields["reply_to_list"] = [address.fields for address in parts.reply_to]
        if parts.attachments:
            fields["attachments"] = [_attachment(attachment) for attachment in parts.attachments]
        if self.options.category:
            fields["categories"] = [self.options.category]
        if self.options.sandbox:
            fields["mail_settings"] = {"sandbox_mode": {"enable": True}}
        return json.dumps(fields, ensure_ascii=False).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        return Call(url=self.url, body=entries[0].body)

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        number = line(reply.headers.get("X-Message-Id"))
        # 202 is "queued"; 200 is the sandbox's.
        if (reply.status == 202 and number) or (reply.status == 200 and self.options.sandbox):
            return each([Accepted(response=f"X-Message-Id {number or 'none: sandbox'}")])
        errors = field(reply.json, "errors")
        errors = errors if isinstance(errors, list) else []
        words = line("; ".join(str(field(error, "message") or "") for error in errors))
        about = [str(field(error, "field") or "") for error in errors]
        if reply.status == 400 and about and all(name.startswith(_TO) for name in about):
            return refused_alone(words)
        wait = wait_until(reply, "X-RateLimit-Reset")
        return by_status(reply, 1, words, retry_after=wait)


def _attachment(attachment: MailAttachment) -> dict[str, str]:
    fields = {"content": attachment.base64, "filename": attachment.name, "type": attachment.kind}
    if attachment.content_id:
        return {**fields, "disposition": "inline", "content_id": attachment.content_id}
    return {**fields, "disposition": "attachment"}


class Transport(ApiTransport):
    """An account at SendGrid."""

    Options: type[BaseModel] = SendGridOptions
    provider = SendGrid
