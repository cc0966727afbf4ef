"""Scaleway transport (Transactional Email): one call for each mail.

An email of several recipients has one content and one set of headers, so a mail with its own
List-Unsubscribe goes by itself. Scaleway writes the message anew and is the envelope sender.
https://www.scaleway.com/en/developers/api/transactional-email/, limits:
https://www.scaleway.com/en/docs/transactional-email/reference-content/tem-capabilities-and-limits/
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import requests
from pydantic import BaseModel, Field, SecretStr

from newsletter.config.kinds import OneLine
from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    deferred,
    each,
    field,
    line,
    refused_alone,
    wait_of,
)
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import MailAttachment, Parts, take_apart
from newsletter.transports.api.options import ApiAddress, ApiOptions
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.base import Accepted, Mail, Refused, Unsupported
from newsletter.transports.verdicts import Verdict

MESSAGE_ID_HEADER = "X-Newsletter-Message-ID"
"""The header, which webhooks return, that holds our Message-ID."""
# "Maximum email size (API): 2 MB, including the email and all attachments".
_MAX_BYTES = 2_000_000
# What is wrong in these is wrong of one mail: "Subjects must have at least 10 characters".
_OF_THE_MAIL = ("subject", "text", "html", "attachments", "additional_headers")


class ScalewayOptions(ApiOptions):
    """A project at Scaleway."""

    secret_key: SecretStr = Field(
        min_length=1, description="Secret key that may TransactionalEmailEmailApiCreate"
    )
    project_id: OneLine = Field(
        min_length=1,
        description="Number of the project that holds the sending domain",
        examples=["8b512135-9f5f-42b3-a900-9fdf0195b563"],
    )
    region: Literal["fr-par", "nl-ams"] = Field("fr-par", description="Region of the project")
    api_url: ApiAddress = Field("https://api.scaleway.com", description="Address of the API")
    domain: OneLine = Field(
        "", description="The sending domain, whose webhook `newsletter transports connect` makes"
    )
    topic_arn: OneLine = Field(
        "",
        description="ARN of the topic (Topics and Events) of its events; empty: none are taken",
    )
    topic_access_key: OneLine = Field(
        "", description="Access key of Topics and Events that may manage the topic, to connect it"
    )
    topic_secret_key: SecretStr = Field(SecretStr(""), description="Secret of topic_access_key")


class Scaleway(Provider):
    """Scaleway: one mail a call."""

    name = "Scaleway"
    check = "check the secret key, the project, the checked domain of the sender and the quotas"
    limits = Limits(mails=1, call_bytes=_MAX_BYTES + 1000, mail_bytes=_MAX_BYTES)

    def __init__(self, options: ScalewayOptions) -> None:
        super().__init__(options)
        self.url = f"{address_of(options)}/emails"

    def sign_in(self, http: requests.Session) -> None:
        http.headers["X-Auth-Token"] = self.options.secret_key.get_secret_value()

    def encode(self, mail: Mail) -> bytes:
        parts = take_apart(mail, self.name)
        fields: dict[str, Any] = {
            "project_id": self.options.project_id,
            "from": parts.sender.fields,
            "to": [parts.recipient.fields],
            "subject": parts.subject,
            "text": parts.text or "",
            "html": parts.html or "",
            "additional_headers": _headers(parts),
        }
        if parts.attachments:
            fields["attachments"] = [_attachment(attachment) for attachment in parts.attachments]
        return json.dumps(fields, ensure_ascii=False).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        return Call(url=self.url, body=entries[0].body)

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        body = reply.json
        kind = field(body, "type")
        if reply.status == 200 and (number := line(field(body, "emails", 0, "id"))):
            return each([Accepted(response=f"id {number}")])
        words = _words(body)
        if kind == "quotas_exceeded":
            return deferred(1, f"HTTP {reply.status} {words}", wait_of(reply))
        if kind == "invalid_arguments":
            wrong = [str(field(one, "argument_name")) for one in field(body, "details") or []]
            if any(name.partition("[")[0].partition(".")[0] == "to" for name in wrong):
                return refused_alone(words)
            if wrong and all(name.startswith(_OF_THE_MAIL) for name in wrong):
                return each([Refused(response=words, verdict=Verdict.ERROR)])
        return by_status(reply, 1, words)


def address_of(options: ScalewayOptions) -> str:
    """Where the API of the region is."""
    return f"{options.api_url}/transactional-email/v1alpha1/regions/{options.region}"


def _headers(parts: Parts) -> list[dict[str, str]]:
    headers = [{"key": name, "value": value} for name, value in parts.headers]
    if parts.reply_to_lines:
        headers.append({"key": "Reply-To", "value": ", ".join(parts.reply_to_lines)})
    if parts.message_id:
        headers.append({"key": MESSAGE_ID_HEADER, "value": parts.message_id})
    return headers


def _words(body: Any) -> str:
    details = [
        f"{line(field(one, 'argument_name') or field(one, 'resource'))}: "
        f"{line(field(one, 'help_message') or field(one, 'reason') or field(one, 'quota'))}"
        for one in field(body, "details") or []
    ]
    return "; ".join(filter(None, [line(field(body, "message")), *details]))


def _attachment(attachment: MailAttachment) -> dict[str, str]:
    if attachment.content_id:
        raise Unsupported("Scaleway carries no pictures inside the message; link them instead")
    return {"name": attachment.name, "type": attachment.kind, "content": attachment.base64}


class Transport(ApiTransport):
    """A project at Scaleway."""

    Options: type[BaseModel] = ScalewayOptions
    provider = Scaleway

    @classmethod
    def carries_pictures(cls, _table: Mapping[str, Any]) -> bool:
        """Never inside the message."""
        return False
