"""Mailgun transport: each mail whole, by one call of messages.mime.

Its batches fill one message with variables of each recipient; mails that differ, as ours do, go
one by one. Mailgun is the envelope sender and adds its signature.
https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages, statuses:
https://documentation.mailgun.com/docs/mailgun/user-manual/api-overview
"""

import re
from collections.abc import Sequence
from typing import Annotated

import requests
from pydantic import BaseModel, Field, SecretStr, StringConstraints
from urllib3.filepost import encode_multipart_formdata

from newsletter.config.kinds import OneLine
from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    each,
    field,
    line,
    refused_alone,
)
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import refuse_own_signature
from newsletter.transports.api.options import ApiAddress, ApiOptions
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.base import Accepted, Mail

# "'to' parameter is not a valid address. please check documentation"
_BAD_ADDRESS = re.compile(r"\bto\b'? parameter is not a valid address", re.IGNORECASE)


class MailgunOptions(ApiOptions):
    """A sending domain at Mailgun."""

    api_key: SecretStr = Field(
        min_length=1, description="Sending key of the domain, or an API key of the account"
    )
    domain: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+$")] = Field(
        examples=["mg.example.org"], description="The sending domain, as Mailgun knows it"
    )
    api_url: ApiAddress = Field(
        "https://api.mailgun.net",
        description="Address of the API; in the EU: https://api.eu.mailgun.net",
    )
    tag: OneLine = Field("", description="Tag of every mail in Mailgun's statistics; empty: none")
    webhook_signing_key: SecretStr = Field(
        SecretStr(""),
        description="HTTP webhook signing key of the account; empty: no calls that tell of bounces "
        "are taken (`newsletter transports connect` fetches it)",
    )
    test_mode: bool = Field(
        False, description="true: Mailgun takes the mails (and charges them) and delivers none"
    )


class Mailgun(Provider):
    """Mailgun: one mail a call."""

    name = "Mailgun"
    check = "check the key, the domain, its region (api_url) and the account"
    # "Mailgun supports maximum messages size of 25MB."
    limits = Limits(mails=1, call_bytes=26_000_000, mail_bytes=25_000_000)

    def __init__(self, options: MailgunOptions) -> None:
        super().__init__(options)
        self.url = f"{options.api_url}/v3/{options.domain}/messages.mime"

    def sign_in(self, http: requests.Session) -> None:
        http.auth = ("api", self.options.api_key.get_secret_value())

    def encode(self, mail: Mail) -> bytes:
        refuse_own_signature(mail.content, self.name)
        return mail.content

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        (entry,) = entries
        fields: list[tuple[str, str | tuple[str, bytes, str]]] = [
            ("to", entry.mail.recipient),
            ("message", ("message.eml", entry.body, "message/rfc822")),
            ("o:tracking", "no"),
        ]
        fields += [("o:tag", self.options.tag)] if self.options.tag else []
        fields += [("o:testmode", "yes")] if self.options.test_mode else []
        body, kind = encode_multipart_formdata(fields)
        return Call(url=self.url, body=body, headers={"Content-Type": kind})

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        number, words = field(reply.json, "id"), line(field(reply.json, "message"))
        if reply.status == 200 and number:
            return each([Accepted(response=f"id {line(number)} {words}".strip())])
        if reply.status == 400 and _BAD_ADDRESS.search(words):
            return refused_alone(words)
        return by_status(reply, 1, words)


class Transport(ApiTransport):
    """A sending domain at Mailgun."""

    Options: type[BaseModel] = MailgunOptions
    provider = Mailgun
