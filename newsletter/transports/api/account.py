"""A provider's account: registering where it is to tell what became of mails."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit, urlunsplit

import requests

from newsletter.errors import NewsletterError
from newsletter.http_client.guarded import bounded
from newsletter.transports.api.answers import line
from newsletter.transports.api.call_proofs import USER
from newsletter.transports.api.calls import new_http
from newsletter.transports.api.provider import Provider

MAX_BYTES = 5_000_000


class ConnectFailed(NewsletterError):
    """The provider did not do what registering needs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookRegistration:
    """What registering did.

    Args:
        done: a line for each step, without secrets.
        options: of the transport, which have to be set so that calls are taken; secrets among them.
    """

    done: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Connectable(Protocol):
    """A transport whose provider can be told where to tell what became of mails."""

    def connect(self, address: str) -> WebhookRegistration:
        """Register our address, or bring its registration up to date.

        Raises:
            ConnectFailed: the provider refuses, or does not answer.
        """


class Account:
    """Calls of a provider's API beside sending."""

    def __init__(self, provider: Provider, timeout: timedelta) -> None:
        self._name = provider.name
        self._timeout = timeout.total_seconds()
        self._total_time = 2 * timeout
        self._http = new_http(provider.url)
        provider.sign_in(self._http)

    def call(
        self,
        method: str,
        url: str,
        fields: Any = None,
        *,
        form: Mapping[str, Any] | None = None,
        auth: Any = None,
        missing: Collection[int] = (),
    ) -> Any:
        """The JSON of an answer; None for a status that says that there is nothing.

        Args:
            form: fields sent as a form in place of JSON.
            missing: statuses that are no failure.

        Raises:
            ConnectFailed: the provider refuses, or does not answer.
        """
        options: dict[str, Any] = {"auth": auth} if auth else {}
        if form is not None:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            options |= {"data": form, "headers": headers}
        elif fields is not None:
            options["data"] = json.dumps(fields)
        try:
            with bounded(self._http, self._total_time, MAX_BYTES) as http:
                answer = http.request(
                    method, url, timeout=self._timeout, allow_redirects=False, **options
                )
        except requests.RequestException as error:
            raise ConnectFailed(
                f"{self._name} does not answer at {_shown(url)}: {type(error).__name__}"
            ) from error
        if answer.status_code in missing:
            return None
        if not 200 <= answer.status_code < 300:
            raise ConnectFailed(
                f"{self._name} refused {method} {_shown(url)}: HTTP {answer.status_code} "
                f"{line(answer.text)}; the key may need more rights than sending"
            )
        try:
            return answer.json()
        except (ValueError, RecursionError):
            return {}


def with_password(address: str, password: str) -> str:
    """An address that brings our name and password along."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=f"{USER}:{password}@{parts.netloc}"))


def _shown(url: str) -> str:
    return url.partition("?")[0]
