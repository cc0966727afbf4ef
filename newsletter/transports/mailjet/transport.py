"""Mailjet transport: batches of up to 50 mails by the Send API v3.1.

Mailjet writes the message anew, Message-ID included, is the envelope sender, and lets nobody set
List-Id. https://dev.mailjet.com/email/guides/send-api-v31/ (headers that it refuses: "Add email
headers"; codes: "Send API errors")
"""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import requests
from pydantic import BaseModel, BeforeValidator, Field, SecretStr

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
from newsletter.transports.api.call_proofs import PasswordOptions
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import (
    MailAttachment,
    Mailbox,
    headers_as_mapping,
    take_apart,
)
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

_MAX_BATCH = 50
_WRITTEN_ANEW = frozenset({"message-id", "list-id"})


def _typed(value: Any) -> Any:
    """A setting comes as it was typed; a Literal takes no text for a truth."""
    return True if value == "true" else value


class MailjetOptions(PasswordOptions):
    """An account at Mailjet."""

    api_key: OneLine = Field(min_length=1, description="API key")
    secret_key: SecretStr = Field(min_length=1, description="Its secret")
    without_list_id: Annotated[Literal[True], BeforeValidator(_typed)] = Field(
        examples=[True],
        description="Must be true: Mailjet carries no List-Id, by which some sort their mail",
    )
    api_url: ApiAddress = Field("https://api.mailjet.com", description="Address of the API")
    campaign: OneLine = Field(
        "", description="Campaign of every mail in Mailjet's statistics; empty: none"
    )
    batch: int = Field(
        _MAX_BATCH,
        ge=1,
        le=_MAX_BATCH,
        description="Mails a call at most; so many are in doubt when a call has no answer",
    )
    sandbox: bool = Field(
        False, description="true: Mailjet checks the mails and sends none (its sandbox mode)"
    )
    connections: int = Field(2, ge=1, le=20, description="Calls under way at once at most")


class Mailjet(Provider):
    """Mailjet's batches."""

    name = "Mailjet"
    check = "check both keys, the validated sender and the account"

    def __init__(self, options: MailjetOptions) -> None:
        super().__init__(options)
        self.url = f"{options.api_url}/v3.1/send"
        # "Remember to keep the size of your attachments small. They should not exceed 15 MB."
        self.limits = Limits(mails=options.batch, call_bytes=15_000_000, mail_bytes=14_000_000)

    def sign_in(self, http: requests.Session) -> None:
        http.auth = (self.options.api_key, self.options.secret_key.get_secret_value())

    def encode(self, mail: Mail) -> bytes:
        parts = take_apart(mail, self.name, _WRITTEN_ANEW)
        fields: dict[str, Any] = {
            "From": _mailbox(parts.sender),
            "To": [_mailbox(parts.recipient)],
            "Subject": parts.subject,
            "Headers": headers_as_mapping(parts, self.name),
            "TrackOpens": "disabled",
            "TrackClicks": "disabled",
        }
        if len(parts.reply_to) > 1:
            raise Unsupported("Mailjet takes one Reply-To, and the message has several")
        optional = {
            "ReplyTo": _mailbox(parts.reply_to[0]) if parts.reply_to else None,
            "TextPart": parts.text,
            "HTMLPart": parts.html,
            "EventPayload": parts.message_id,
            "CustomCampaign": self.options.campaign,
            "Attachments": [_file(f) for f in parts.attachments if not f.content_id],
            "InlinedAttachments": [_file(f) for f in parts.attachments if f.content_id],
        }
        fields.update((key, value) for key, value in optional.items() if value)
        return json.dumps(fields, ensure_ascii=False).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        head = b'{"SandboxMode":true,' if self.options.sandbox else b"{"
        mails = b",".join(entry.body for entry in entries)
        return Call(url=self.url, body=head + b'"Messages":[' + mails + b"]}")

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        body, size = reply.json, len(entries)
        items = field(body, "Messages")
        if isinstance(items, list) and len(items) == size:
            # HTTP 400 where some or all of the mails are wrong.
            return one_by_one(items, _of_one)
        if reply.status == 200:
            return in_doubt(size, f"no answers for {size} mails")
        words = f"{line(field(body, 'ErrorCode'))} {line(field(body, 'ErrorMessage'))}".strip()
        return by_status(reply, size, words)


def _of_one(item: Any) -> tuple[Outcome, str | None]:
    """The outcome of one mail, and the reason to stop the transport, if any."""
    if field(item, "Status") == "success":
        number = line(field(item, "To", 0, "MessageID"))
        return Accepted(response=f"MessageID {number or 'none: sandbox'}"), None
    errors = field(item, "Errors")
    if not isinstance(errors, list) or not errors:
        return InDoubt(response="unreadable answer for the mail"), None
    words = "; ".join(
        f"{line(field(error, 'ErrorCode'))} {line(field(error, 'ErrorMessage'))}"
        for error in errors
    )
    if all(_is_about_recipient(error) for error in errors):
        return Refused(response=words, verdict=Verdict.RECIPIENT), None
    return Deferred(response=words, throttled=True), words


def _is_about_recipient(error: Any) -> bool:
    related = field(error, "ErrorRelatedTo")
    return bool(related) and all(str(name).startswith("To") for name in related)


def _mailbox(mailbox: Mailbox) -> dict[str, str]:
    return {"Email": mailbox.address, **({"Name": mailbox.name} if mailbox.name else {})}


def _file(attachment: MailAttachment) -> dict[str, str]:
    fields = {
        "ContentType": attachment.kind,
        "Filename": attachment.name,
        "Base64Content": attachment.base64,
    }
    return {**fields, "ContentID": attachment.content_id} if attachment.content_id else fields


class Transport(ApiTransport):
    """An account at Mailjet."""

    Options: type[BaseModel] = MailjetOptions
    provider = Mailjet
