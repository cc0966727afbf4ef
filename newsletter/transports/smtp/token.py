"""OAuth 2.0 access tokens for XOAUTH2: fetched, cached, renewed before they expire.

RFC 6749: refresh token grant (section 6) or client credentials grant (4.4). Error messages never
contain a token.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from newsletter.transports.base import TransportStopped
from newsletter.transports.smtp.connection import Unreachable

_MAX_BYTES = 100_000
# A token is renewed this long before it expires, or at half its lifetime where that is shorter.
_AHEAD_SECONDS = 300.0
_USUAL_LIFE_SECONDS = 3600.0
_MAX_WORDS_LENGTH = 300
_OUR_MISTAKE = {400, 401, 403}


@dataclass(frozen=True, kw_only=True, slots=True)
class OAuthClient:
    """Client registration at the provider, and its token endpoint."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scope: str
    timeout_seconds: float


class OAuthTokenSource:
    """Returns a valid access token; shared by all connections of a transport."""

    def __init__(self, client: OAuthClient) -> None:
        self._client = client
        self._refresh_token = client.refresh_token
        self._token = ""
        self._renewed_at = 0.0
        self._lock = threading.Lock()

    def __call__(self, rejected: str) -> str:
        """A valid token.

        Args:
            rejected: a cached token that the server rejected; empty: none.

        Raises:
            TransportStopped: the provider refuses.
            Unreachable: the provider does not answer.
        """
        with self._lock:
            is_over = time.monotonic() >= self._renewed_at
            if not self._token or is_over or self._token == rejected:
                self._renew()
            return self._token

    def _renew(self) -> None:
        answer = self._requested()
        token = answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise TransportStopped(f"{self._client.url} answered without an access token")
        life = answer.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) else _USUAL_LIFE_SECONDS
        self._token = token
        self._renewed_at = time.monotonic() + max(seconds - _AHEAD_SECONDS, seconds / 2)
        # Some providers rotate the refresh token (RFC 6749, 6).
        if isinstance(answer.get("refresh_token"), str):
            self._refresh_token = answer["refresh_token"]

    def _requested(self) -> Mapping[str, Any]:
        import requests

        url = self._client.url
        try:
            status, body = self._post()
        except requests.RequestException as error:
            raise Unreachable(
                f"{url} gave no access token: {type(error).__name__}; tried again later"
            ) from error
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            document = None
        if status in _OUR_MISTAKE:
            raise TransportStopped(
                f"{url} refused us an access token: {_words(document, status)}; check client_id, "
                "client_secret and refresh_token, or have the access granted again"
            )
        if status != requests.codes.ok or not isinstance(document, dict):
            raise Unreachable(f"{url} gave no access token: {_words(document, status)}")
        return document

    def _post(self) -> tuple[int, bytes]:
        import requests

        from newsletter.http_client.guarded import bounded

        client = self._client
        form = {
            "grant_type": "refresh_token" if self._refresh_token else "client_credentials",
            "refresh_token": self._refresh_token,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "scope": client.scope,
        }
        fields = {key: value for key, value in form.items() if value}
        session = requests.Session()
        session.trust_env = False
        total_time = timedelta(seconds=2 * client.timeout_seconds)
        with bounded(session, total_time, _MAX_BYTES):
            answer = session.post(
                client.url, data=fields, timeout=client.timeout_seconds, allow_redirects=False
            )
            return answer.status_code, answer.content


def _words(document: Any, status: int) -> str:
    """The provider's error (RFC 6749, 5.2) in one printable line."""
    if not isinstance(document, dict):
        return f"HTTP {status}"
    errors = [document.get("error"), document.get("error_description")]
    text = ": ".join(str(part) for part in errors if part)[:_MAX_WORDS_LENGTH]
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"HTTP {status} {printable}".strip()
