"""HTTP transport: batches of whole messages to a service of the operator's own, signed.

The calls are signed as Standard Webhooks are, and their id is the idempotency key: a service that
has seen it gives the answer that it gave. https://www.standardwebhooks.com; the protocol stands in
docs/transports.md.
"""

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import requests
from pydantic import BaseModel, Field, SecretStr, field_validator

from newsletter.clock import SystemClock
from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    each,
    field,
    in_doubt,
    line,
)
from newsletter.transports.api.calls import Call
from newsletter.transports.api.options import ApiAddress, ApiOptions
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.api.standard_webhooks import key_of, signature
from newsletter.transports.base import Accepted, Deferred, InDoubt, Mail, Outcome, Refused
from newsletter.transports.envelope_addresses import problem_of_recipient
from newsletter.transports.verdicts import Verdict

_ABOUT = {verdict.value: verdict for verdict in Verdict}


class HttpOptions(ApiOptions):
    """A service of your own that takes signed calls."""

    api_url: ApiAddress = Field(
        examples=["https://mail.example.org/take"],
        description="Where calls go; https except to loopback",
    )
    secret: SecretStr = Field(
        examples=["whsec_Y2hhbmdlIG1lIHRvIHNvbWV0aGluZyByYW5kb20h"],
        description='Secret of the signature: "whsec_" and Base64 of 24 bytes or more',
    )
    batch: int = Field(100, ge=1, le=1000, description="Mails a call at most")
    batch_bytes: int = Field(20_000_000, ge=100_000, description="Size of a call at most, in bytes")
    repeats: int = Field(
        2,
        ge=0,
        le=10,
        description="How often a call without an answer is made again under the same id; "
        "0 where the service does not heed ids",
    )
    connections: int = Field(2, ge=1, le=50, description="Calls under way at once at most")

    @field_validator("secret")
    @classmethod
    def _is_key(cls, secret: SecretStr) -> SecretStr:
        key_of(secret.get_secret_value())
        return secret


class Http(Provider):
    """The calls and their answers."""

    name = "the service"
    check = "check api_url, the secret and the service's log"

    def __init__(self, options: HttpOptions) -> None:
        super().__init__(options)
        self.url = options.api_url
        self.repeats = options.repeats
        self.limits = Limits(
            mails=options.batch, call_bytes=options.batch_bytes, mail_bytes=options.batch_bytes
        )
        self._key = key_of(options.secret.get_secret_value())

    def sign_in(self, http: requests.Session) -> None:
        """Each call is signed by itself."""

    def problem_of(self, mail: Mail) -> str | None:
        return problem_of_recipient(mail.recipient)

    def encode(self, mail: Mail) -> bytes:
        fields = {
            "sender": mail.sender,
            "recipient": mail.recipient,
            "message": base64.b64encode(mail.content).decode(),
        }
        return json.dumps(fields, ensure_ascii=False).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        body = b'{"mails":[' + b",".join(entry.body for entry in entries) + b"]}"
        number = f"msg_{secrets.token_urlsafe(24)}"
        moment = str(int(SystemClock().now().timestamp()))
        return Call(
            url=self.url,
            body=body,
            headers={
                "webhook-id": number,
                "webhook-timestamp": moment,
                "webhook-signature": signature(self._key, number, moment, body),
            },
        )

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        body, size = reply.json, len(entries)
        if reply.status != 200:
            return by_status(reply, size, line(field(body, "reason")))
        items = field(body, "results")
        if not isinstance(items, list) or len(items) != size:
            return in_doubt(size, f"no results for {size} mails")
        return each([_of_one(item) for item in items])


def _of_one(item: Any) -> Outcome:
    reason = line(field(item, "reason"))
    about = _ABOUT.get(str(field(item, "about")))
    match field(item, "status"):
        case "accepted":
            return Accepted(response=f"id {line(field(item, 'id'))} {reason}".strip())
        case "deferred":
            wait = field(item, "retry_after")
            is_wait = isinstance(wait, int) and not isinstance(wait, bool) and 0 < wait <= 86_400
            return Deferred(
                response=reason or "deferred",
                retry_after=timedelta(seconds=wait) if is_wait else None,
                throttled=field(item, "throttled") is True,
                verdict=about,
            )
        case "refused":
            return Refused(response=reason or "refused", verdict=about)
        case _:
            return InDoubt(response="unreadable result for the mail")


class Transport(ApiTransport):
    """A service of the operator's own."""

    Options: type[BaseModel] = HttpOptions
    provider = Http
    signs_itself = False
