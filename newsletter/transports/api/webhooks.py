"""A provider's calls that tell what became of mails: proof of their origin, then events.

A call is read only after its origin is proven. Of what it tells each part becomes events by itself;
one that is not understood is kept as unknown. Opens and clicks are dropped, unread and unkept.
Repeats are told apart by `Event.key`, since providers repeat a call whose answer was lost.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, ClassVar, Protocol, runtime_checkable
from urllib.parse import urlsplit

from newsletter.errors import ConfigurationError, NewsletterError
from newsletter.http_client.public_addresses import is_loopback
from newsletter.transports.api.answers import field, line
from newsletter.transports.bounce_kinds import kind_of
from newsletter.transports.events import Event, EventKind, EventSource
from newsletter.transports.verdicts import MAX_ANSWER, Verdict, classify

MAX_REASON = 500
# A name and an address (RFC 5321, 4.5.3.1).
MAX_RECIPIENT = 1000
_CODE = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])")
# What reading a value of another shape than documented raises.
_MISSHAPEN = (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError)


class NotProven(NewsletterError):
    """The origin of a call is not proven: a wrong or missing signature, an old one, no secret."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookCall:
    """A call as it came.

    Args:
        headers: looked up without regard to case.
    """

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookResult:
    """What a proven call says.

    Args:
        confirm: an address to be fetched, by which we agree to be told; empty: none.
    """

    events: Sequence[Event] = ()
    confirm: str = ""


class Webhook(ABC):
    """One provider's calls; made from the options of a transport."""

    ignored: ClassVar[frozenset[str]] = frozenset()
    """Events that say nothing of a delivery: opens, clicks, steps on the way."""
    needs: ClassVar[tuple[str, ...]]
    """The options that prove an origin; without them every call is refused."""
    has_password: ClassVar[bool] = False
    """Whether a password travels with each call, which must be encrypted then."""

    def __init__(self, options: Any) -> None:
        self.options = options

    @property
    def is_ready(self) -> bool:
        """Whether the options that prove an origin are set."""
        return all(_plain(getattr(self.options, name)) for name in self.needs)

    def receive(self, call: WebhookCall, transport: str, now: datetime) -> WebhookResult:
        """What a call tells.

        Raises:
            NotProven: it may be anybody's.
        """
        if not self.is_ready:
            raise NotProven(f"transports.{transport}: set {' and '.join(self.needs)} first")
        try:
            self.prove(call, now)
        except _MISSHAPEN as error:
            raise NotProven("the proof of the call is not of the documented form") from error
        return self.read(call, transport)

    @abstractmethod
    def prove(self, call: WebhookCall, now: datetime) -> None:
        """Whatever a value of another shape makes it raise is no proof.

        Raises:
            NotProven: the call may be anybody's, or is a repetition from long ago.
        """

    @abstractmethod
    def events(self, item: Any, call: WebhookCall) -> Iterable[Event]:
        """The events of one part of a call; transport and evidence are filled in elsewhere.

        Whatever it raises makes the part an unknown event.
        """

    def items(self, body: Any) -> Iterable[Any]:
        """The parts of a call."""
        return body if isinstance(body, list) else [body]

    def name_of(self, item: Any) -> str:
        """What the provider calls the event."""
        return str(field(item, "event") or "")

    def read(self, call: WebhookCall, transport: str) -> WebhookResult:
        """What a call says whose origin is proven."""
        try:
            items = list(self.items(json.loads(call.body)))
        except _MISSHAPEN:
            return WebhookResult(events=[_not_understood(call.body, transport)])
        events: list[Event] = []
        for item in items:
            events += self._of_item(item, call, transport)
        return WebhookResult(events=events)

    def _of_item(self, item: Any, call: WebhookCall, transport: str) -> Iterator[Event]:
        evidence = json.dumps(item, ensure_ascii=False).encode("utf-8", "replace")
        try:
            if self.name_of(item) in self.ignored:
                return
            events = list(self.events(item, call))
        except _MISSHAPEN:
            events = []
        if not events:
            yield _not_understood(evidence, transport)
        for event in events:
            yield replace(event, transport=transport, evidence=evidence)


@runtime_checkable
class HasWebhook(Protocol):
    """A transport whose provider tells what became of mails."""

    def webhook(self) -> Webhook:
        """What reads its calls."""


def event(
    kind: EventKind,
    *,
    recipient: Any = "",
    message_id: Any = "",
    status: Any = "",
    reason: Any = "",
    at: datetime | None = None,
    provider_id: Any = "",
) -> Event:
    """An event of a provider, from values as they came."""
    return Event(
        kind=kind,
        source=EventSource.WEBHOOK,
        recipient=_address_of(str(recipient or "")[:MAX_RECIPIENT]),
        message_id=str(message_id or ""),
        status=str(status or ""),
        reason=line(reason)[:MAX_REASON],
        at=at,
        provider_id=str(provider_id or ""),
    )


def judged(answer: Any, *, is_permanent: bool) -> EventKind:
    """The kind of a bounce: from the server's words, or what the provider holds it for."""
    words = str(answer or "")[:MAX_ANSWER]
    # Providers put words of their own before the server's answer.
    if code := _CODE.search(words):
        words = words[code.start() :]
    verdict = classify(words)
    if verdict in {Verdict.UNKNOWN, Verdict.UNCLEAR}:
        return EventKind.HARD if is_permanent else EventKind.SOFT
    return kind_of(verdict, words, is_permanent=is_permanent)


def moment(value: Any) -> datetime | None:
    """A time given as seconds since 1970 or in ISO 8601; None where it is neither."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _address_of(recipient: str) -> str:
    try:
        return parseaddr(recipient)[1]
    except RecursionError:  # it calls itself for each parenthesis
        return ""


def _not_understood(evidence: bytes, transport: str) -> Event:
    return Event(
        kind=EventKind.UNKNOWN,
        source=EventSource.WEBHOOK,
        transport=transport,
        reason="not understood",
        evidence=evidence,
    )


def _plain(value: Any) -> Any:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def webhook_address(base_url: str, name: str) -> str:
    """Where the provider of a transport is to call.

    Raises:
        ConfigurationError: the site is not reached by https.
    """
    parts = urlsplit(base_url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            f"site.base_url: found {base_url}; providers call by https only, so it must be https://"
        )
    return f"{base_url}/webhooks/{name}"
