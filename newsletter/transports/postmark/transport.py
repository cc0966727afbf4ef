"""Postmark transport: sends by its batch API.

`payload` converts mails to JSON, `answers` interprets responses. Postmark sets the envelope sender
itself, so it receives the bounces. Limits:
https://postmarkapp.com/support/article/1056-what-are-the-attachment-and-email-size-limits
"""

import json
from collections.abc import Sequence

import requests
from pydantic import BaseModel, Field, SecretStr

from newsletter.config.kinds import OneLine
from newsletter.transports.api.answers import ApiResponse, CallOutcomes
from newsletter.transports.api.call_proofs import PasswordOptions
from newsletter.transports.api.calls import Call
from newsletter.transports.api.options import ApiAddress
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.base import Mail
from newsletter.transports.postmark.answers import read_answer
from newsletter.transports.postmark.payload import payload

MAX_BATCH = 500


class PostmarkOptions(PasswordOptions):
    """A server of Postmark."""

    server_token: SecretStr = Field(
        min_length=1, description="Server API token (Postmark: the server's API Tokens)"
    )
    message_stream: OneLine = Field(
        "broadcast", description="ID of the message stream; newsletters need a broadcast stream"
    )
    api_url: ApiAddress = Field(
        "https://api.postmarkapp.com", description="Address of the API; https except to loopback"
    )
    tag: OneLine = Field("", description="Tag of every mail in Postmark's statistics; empty: none")
    track_opens: bool = Field(False, description="true: Postmark counts opens, by a hidden image")
    track_links: bool = Field(False, description="true: Postmark counts clicks, by its own links")
    batch: int = Field(
        MAX_BATCH,
        ge=1,
        le=MAX_BATCH,
        description="Mails a call at most; so many are in doubt when a call has no answer",
    )
    connections: int = Field(2, ge=1, le=20, description="Calls under way at once at most")


class Postmark(Provider):
    """Postmark's batch API: https://postmarkapp.com/developer/user-guide/send-email-with-api."""

    name = "Postmark"

    def __init__(self, options: PostmarkOptions) -> None:
        super().__init__(options)
        self.url = f"{options.api_url}/email/batch"
        self.limits = Limits(mails=options.batch, call_bytes=50_000_000, mail_bytes=10_000_000)
        self.check = (
            "check the token, the sender signature, the message stream "
            f"{options.message_stream} and the account"
        )

    def sign_in(self, http: requests.Session) -> None:
        http.headers["X-Postmark-Server-Token"] = self.options.server_token.get_secret_value()

    def encode(self, mail: Mail) -> bytes:
        fields = {
            **payload(mail),
            "MessageStream": self.options.message_stream,
            "TrackOpens": self.options.track_opens,
            "TrackLinks": "HtmlAndText" if self.options.track_links else "None",
        }
        if self.options.tag:
            fields["Tag"] = self.options.tag
        return json.dumps(fields, ensure_ascii=False).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        body = b"[" + b",".join(entry.body for entry in entries) + b"]"
        return Call(url=self.url, body=body)

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        return read_answer(reply, len(entries))


class Transport(ApiTransport):
    """A Postmark server."""

    Options: type[BaseModel] = PostmarkOptions
    provider = Postmark
