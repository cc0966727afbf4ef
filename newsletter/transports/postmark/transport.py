"""Postmark transport: sends by its batch API.

`payload` converts mails to JSON, `answers` interprets responses. Postmark sets the envelope sender
itself, so it receives the bounces.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import requests
from pydantic import BaseModel, Field, SecretStr, field_validator
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from newsletter.config.kinds import Duration, OneLine, Section, WebAddress
from newsletter.transports.addresses import is_loopback, problem_of_recipient
from newsletter.transports.base import (
    ClosingSession,
    Deferred,
    InDoubt,
    Mail,
    Recorder,
    Refused,
    Session,
    TransportStopped,
    Unsupported,
)
from newsletter.transports.postmark.answers import BatchAnswer, read_answer
from newsletter.transports.postmark.payload import payload

# https://postmarkapp.com/support/article/1056-what-are-the-attachment-and-email-size-limits
MAX_BATCH = 500
MAX_MESSAGE_BYTES = 10_000_000
MAX_PAYLOAD_BYTES = 50_000_000
_LARGEST_ANSWER_BYTES = 5_000_000
# Errors of a failed TLS handshake: nothing was sent.
_NO_TLS = re.compile(r"CERTIFICATE_VERIFY_FAILED|WRONG_VERSION|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAIL")
_NEVER_CONNECTED = (ConnectTimeoutError, NameResolutionError, NewConnectionError)


class PostmarkOptions(Section):
    """A server of Postmark."""

    server_token: SecretStr = Field(
        min_length=1, description="Server API token (Postmark: the server's API Tokens)"
    )
    message_stream: OneLine = Field(
        "broadcast", description="ID of the message stream; newsletters need a broadcast stream"
    )
    api_url: WebAddress = Field(
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
    timeout: Duration = Field(timedelta(seconds=60), description="How long a call may take")
    connections: int = Field(2, ge=1, le=20, description="Calls under way at once at most")

    @field_validator("api_url")
    @classmethod
    def _encrypted(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise ValueError("the token and the mails must travel encrypted; write https://…")
        return address

    @field_validator("timeout")
    @classmethod
    def _takes_time(cls, timeout: timedelta) -> timedelta:
        if timeout < timedelta(seconds=1):
            raise ValueError("write at least 1s")
        return timeout


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A mail and its encoded JSON."""

    mail: Mail
    body: bytes


class Transport:
    """A Postmark server."""

    Options: type[BaseModel] = PostmarkOptions

    def __init__(self, options: PostmarkOptions) -> None:
        self.connections = options.connections
        self._options = options

    def open(self) -> Session:
        """A session; connects at the first mail."""
        return PostmarkSession(self._options)


class PostmarkSession(ClosingSession):
    """Sends batches over persistent connections."""

    def __init__(self, options: PostmarkOptions) -> None:
        self._options = options
        self._url = f"{options.api_url}/email/batch"
        self._http = requests.Session()
        # No proxy from the environment for loopback.
        self._http.trust_env = not is_loopback(urlsplit(options.api_url).hostname or "")
        self._http.headers.update(
            {
                "Accept": "application/json",
                "Content-Type": "application/json",
                "X-Postmark-Server-Token": options.server_token.get_secret_value(),
            }
        )

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        pause: Deferred | None = None
        for batch in self._batches(mails, recorder):
            if pause:
                for entry in batch:
                    recorder.settled(entry.mail.key, pause)
                continue
            verdict = self._post(batch, recorder)
            for entry, outcome in zip(batch, verdict.outcomes, strict=True):
                recorder.settled(entry.mail.key, outcome)
            if verdict.stop:
                raise TransportStopped(
                    f"Postmark refused us: {verdict.stop}; check the token, the sender signature, "
                    f"the message stream {self._options.message_stream} and the account"
                )
            if verdict.pause:
                pause = _pause_after(verdict)

    def close(self) -> None:
        self._http.close()

    def _batches(self, mails: Iterable[Mail], recorder: Recorder) -> Iterator[list[_Entry]]:
        """Batches within the API's limits; mails that it cannot carry are refused here."""
        batch: list[_Entry] = []
        size = 2  # the list's brackets
        for mail in mails:
            problem = _problem_of(mail)
            if problem:
                recorder.settled(mail.key, Refused(response=problem))
                continue
            entry = _Entry(mail=mail, body=self._encoded(mail))
            full = size + len(entry.body) + 1 > MAX_PAYLOAD_BYTES
            if batch and (full or len(batch) == self._options.batch):
                yield batch
                batch, size = [], 2
            batch.append(entry)
            size += len(entry.body) + 1
        if batch:
            yield batch

    def _encoded(self, mail: Mail) -> bytes:
        fields = {
            **payload(mail),
            "MessageStream": self._options.message_stream,
            "TrackOpens": self._options.track_opens,
            "TrackLinks": "HtmlAndText" if self._options.track_links else "None",
        }
        if self._options.tag:
            fields["Tag"] = self._options.tag
        body = json.dumps(fields, ensure_ascii=False).encode()
        if len(body) > MAX_MESSAGE_BYTES:
            raise Unsupported(
                f"Postmark takes messages of {MAX_MESSAGE_BYTES} bytes at most, "
                f"this one has {len(body)}"
            )
        return body

    def _post(self, batch: list[_Entry], recorder: Recorder) -> BatchAnswer:
        body = b"[" + b",".join(entry.body for entry in batch) + b"]"
        for entry in batch:
            recorder.handing_over(entry.mail.key)
        timeout = self._options.timeout.total_seconds()
        deadline = time.monotonic() + timeout
        try:
            with self._http.post(
                self._url, data=body, timeout=timeout, allow_redirects=False, stream=True
            ) as answer:
                content = _bounded(answer, deadline)
                return read_answer(answer.status_code, answer.headers, content, len(batch))
        except requests.RequestException as error:
            return _of_failure(error, len(batch))


def _problem_of(mail: Mail) -> str | None:
    problem = problem_of_recipient(mail.recipient)
    if problem is None and not mail.recipient.isascii():
        problem = f"{mail.recipient!r}: Postmark carries ASCII addresses only"
    return problem


def _bounded(answer: requests.Response, deadline: float) -> bytes:
    """The response body; raises ConnectionError where it exceeds size or time."""
    content = b""
    for chunk in answer.iter_content(65_536):
        content += chunk
        if len(content) > _LARGEST_ANSWER_BYTES or time.monotonic() > deadline:
            raise requests.ConnectionError("the answer does not end")
    return content


def _of_failure(error: requests.RequestException, size: int) -> BatchAnswer:
    """The outcomes of a call without a complete response."""
    reason = _reason(error)
    words = f"no answer from Postmark: {type(reason).__name__}"
    if isinstance(reason, SSLError) and _NO_TLS.search(str(reason)):
        later = Deferred(response=f"TLS: {reason}", throttled=True)
        return BatchAnswer(outcomes=[later] * size, stop=f"TLS failed: {reason}")
    if isinstance(reason, _NEVER_CONNECTED):
        return BatchAnswer(outcomes=[Deferred(response=words, throttled=True)] * size, pause=True)
    return BatchAnswer(outcomes=[InDoubt(response=words)] * size, pause=True)


def _reason(error: requests.RequestException) -> BaseException:
    """The innermost cause given by urllib3."""
    reason: BaseException = error
    if error.args and isinstance(error.args[0], MaxRetryError) and error.args[0].reason:
        reason = error.args[0].reason
    return reason.original_error if isinstance(reason, ProxyError) else reason


def _pause_after(verdict: BatchAnswer) -> Deferred:
    """The outcome of mails in later batches, which are not tried."""
    waits = [o.retry_after for o in verdict.outcomes if isinstance(o, Deferred) and o.retry_after]
    return Deferred(
        response=f"not tried: {verdict.outcomes[0].response}",
        retry_after=max(waits, default=None),
        throttled=True,
    )
