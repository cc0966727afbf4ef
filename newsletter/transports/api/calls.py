"""One HTTP call, and what a call without a whole answer means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from newsletter.http_client.deadlines import DeadlineAdapter
from newsletter.http_client.public_addresses import is_loopback
from newsletter.transports.api.answers import ApiResponse, CallOutcomes, deferred, in_doubt, stopped

_MAX_ANSWER_BYTES = 5_000_000
# Errors of a failed TLS handshake: nothing was sent.
_NO_TLS = re.compile(r"CERTIFICATE_VERIFY_FAILED|WRONG_VERSION|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAIL")
_NEVER_CONNECTED = (ConnectTimeoutError, NameResolutionError, NewConnectionError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A POST; made once, so that its repetition has the same idempotency key."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def new_http(url: str) -> requests.Session:
    """A pool of connections; no proxy from the environment for loopback."""
    http = requests.Session()
    for scheme in ("http://", "https://"):
        http.mount(scheme, DeadlineAdapter())
    http.trust_env = not is_loopback(urlsplit(url).hostname or "")
    http.headers.update({"Accept": "application/json", "Content-Type": "application/json"})
    return http


def post(http: requests.Session, call: Call, timeout: timedelta) -> ApiResponse:
    """Make a call; the answer is bounded in size and time.

    Raises:
        RequestException: there was no whole answer.
    """
    with http.post(
        call.url,
        data=call.body,
        headers=dict(call.headers),
        timeout=timeout.total_seconds(),
        allow_redirects=False,
        stream=True,
    ) as response:
        body = _bounded(response)
        return ApiResponse(status=response.status_code, headers=response.headers, body=body)


def of_failure(error: requests.RequestException, size: int, provider: str) -> CallOutcomes:
    """The outcomes of a call without a whole answer."""
    reason = _reason(error)
    words = f"no answer from {provider}: {type(reason).__name__}"
    if isinstance(reason, SSLError) and _NO_TLS.search(str(reason)):
        return stopped(size, f"TLS failed: {reason}")
    if isinstance(reason, _NEVER_CONNECTED):
        return deferred(size, words)
    return in_doubt(size, words)


def _bounded(response: requests.Response) -> bytes:
    content = b""
    for chunk in response.iter_content(65_536):
        content += chunk
        if len(content) > _MAX_ANSWER_BYTES:
            raise requests.ConnectionError("the answer does not end")
    return content


def _reason(error: requests.RequestException) -> BaseException:
    """The innermost cause given by urllib3."""
    reason: BaseException = error
    if error.args and isinstance(error.args[0], MaxRetryError) and error.args[0].reason:
        reason = error.args[0].reason
    return reason.original_error if isinstance(reason, ProxyError) else reason
