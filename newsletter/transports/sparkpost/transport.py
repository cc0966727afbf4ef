"""SparkPost transport: each mail whole, by one transmission.

A transmission may have many recipients, but one content for all of them; mails that differ, as
ours do, go one by one. They are marked transactional, since SparkPost puts a List-Unsubscribe of
its own into others. https://developers.sparkpost.com/api/transmissions/
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

import requests
from pydantic import BaseModel, Field, SecretStr

from newsletter.config.kinds import Address, OneLine
from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    each,
    field,
    line,
    refused_alone,
)
from newsletter.transports.api.call_proofs import PasswordOptions
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import message_id_of, refuse_own_signature
from newsletter.transports.api.options import ApiAddress
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.base import Accepted, Mail, Unsupported

MESSAGE_ID_FIELD = "message_id"
"""The field of the metadata, which events return, that holds our Message-ID."""
# https://support.sparkpost.com/docs/faq/using-sink-server
_SINK = ".sink.sparkpostmail.com"
# 420: a sending limit of the account ("Sending Limits").
_NOT_TAKEN = frozenset({420, 429, 503})
# "Invalid email address", "recipient address was suppressed due to customer policy" (1902).
_BAD_ADDRESS = re.compile(
    r"invalid (email )?address|(recipient|address)[^.]{0,40}(suppress|invalid|exclusion|not valid)",
    re.IGNORECASE,
)


class SparkPostOptions(PasswordOptions):
    """An account at SparkPost."""

    api_key: SecretStr = Field(
        min_length=1, description='API key that may "Transmissions: Read/Write"'
    )
    api_url: ApiAddress = Field(
        "https://api.sparkpost.com",
        description="Address of the API; in the EU: https://api.eu.sparkpost.com",
    )
    return_path: Address | Literal[""] = Field(
        "", description="Envelope sender, at a bounce domain of the account; empty: SparkPost's"
    )
    campaign: OneLine = Field(
        "", max_length=64, description="Campaign of every mail in SparkPost's statistics"
    )
    sink: bool = Field(
        False, description="true: mail goes to SparkPost's sink in place of its recipients"
    )


class SparkPost(Provider):
    """SparkPost: one mail a call."""

    name = "SparkPost"
    check = "check the API key, the sending domain, the region (api_url) and the account"
    # "The transmission content (text + html + attachments + inline images) is limited to 20 MBs."
    limits = Limits(mails=1, call_bytes=21_000_000, mail_bytes=20_000_000)

    def __init__(self, options: SparkPostOptions) -> None:
        super().__init__(options)
        self.url = f"{options.api_url}/api/v1/transmissions"

    def sign_in(self, http: requests.Session) -> None:
        http.headers["Authorization"] = self.options.api_key.get_secret_value()

    def encode(self, mail: Mail) -> bytes:
        refuse_own_signature(mail.content, self.name)
        fields: dict[str, Any] = {
            "options": {
                "open_tracking": False,
                "click_tracking": False,
                "transactional": True,
                "perform_substitutions": False,
            },
            "recipients": [{"address": {"email": mail.recipient + _SINK * self.options.sink}}],
            "content": {"email_rfc822": _text(mail.content)},
        }
        optional = {
            "metadata": {MESSAGE_ID_FIELD: message_id_of(mail.content)},
            "return_path": self.options.return_path,
            "campaign_id": self.options.campaign,
        }
        fields.update((key, value) for key, value in optional.items() if value)
        return json.dumps(fields, ensure_ascii=False).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        return Call(url=self.url, body=entries[0].body)

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        body = reply.json
        number = line(field(body, "results", "id"))
        if reply.status == 200 and number:
            if field(body, "results", "total_accepted_recipients") == 0:
                return refused_alone(f"id {number}: the recipient was rejected")
            return each([Accepted(response=f"id {number}")])
        words = "; ".join(
            " ".join(line(error.get(key)) for key in ("code", "message", "description")).strip()
            for error in field(body, "errors") or []
            if isinstance(error, dict)
        )
        if reply.status in {400, 422} and _BAD_ADDRESS.search(words):
            return refused_alone(words)
        return by_status(reply, 1, words, not_taken=_NOT_TAKEN)


def _text(content: bytes) -> str:
    """A message as the JSON carries it.

    Raises:
        Unsupported: SparkPost would change it.
    """
    # "Headers are still passed to the substitution engine when this option is set to false."
    if b"{{" in content.partition(b"\r\n\r\n")[0]:
        raise Unsupported("SparkPost takes {{ in a header for a placeholder; write it otherwise")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unsupported("SparkPost takes messages in UTF-8 only") from error


class Transport(ApiTransport):
    """An account at SparkPost."""

    Options: type[BaseModel] = SparkPostOptions
    provider = SparkPost
