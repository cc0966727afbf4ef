"""Outcomes of a call's mails from the response of a provider's API.

An answer that says that nothing was taken defers the mails; one that leaves it open puts them in
doubt. Providers add the codes of their own.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from newsletter.http_client.http_dates import parsed_http_date
from newsletter.transports.base import Deferred, InDoubt, Outcome, Refused
from newsletter.transports.verdicts import Verdict

_MAX_RESPONSE_LENGTH = 500
_MAX_WAIT = timedelta(days=1)
# RFC 6585, 4 and RFC 9110, 15.6.4: the request was not worked on.
NOT_TAKEN = frozenset({429, 503})
_REQUEST_TIMEOUT = 408


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiResponse:
    """An answer as it came.

    Args:
        headers: looked up without regard to case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON of the body; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOutcomes:
    """The outcome of each mail of a call, in order.

    Args:
        stop: why nothing can be sent as configured; None where it can.
        pause: whether to make no further call for now.
        is_lost: whether it is open what became of the call, so that one with an idempotency key
            may be repeated.
    """

    outcomes: Sequence[Outcome]
    stop: str | None = None
    pause: bool = False
    is_lost: bool = False


def each(outcomes: Sequence[Outcome], stops: Sequence[str] = ()) -> CallOutcomes:
    """The answer of a call whose mails have an outcome of their own."""
    pause = any(isinstance(outcome, Deferred) and outcome.throttled for outcome in outcomes)
    return CallOutcomes(outcomes=outcomes, stop=stops[0] if stops else None, pause=pause)


def one_by_one(
    items: Sequence[Any], read: Callable[[Any], tuple[Outcome, str | None]]
) -> CallOutcomes:
    """The answer of a call that says of each mail what became of it.

    Args:
        read: the outcome of one, and the reason to stop everything, if any.
    """
    outcomes = [read(item) for item in items]
    return each([outcome for outcome, _ in outcomes], [stop for _, stop in outcomes if stop])


def refused_alone(words: str) -> CallOutcomes:
    """The one recipient of a call is refused for good."""
    return each([Refused(response=words, verdict=Verdict.RECIPIENT)])


def deferred(size: int, response: str, retry_after: timedelta | None = None) -> CallOutcomes:
    """Nothing was taken, and later it may be."""
    later = Deferred(response=response, retry_after=retry_after, throttled=True)
    return CallOutcomes(outcomes=[later] * size, pause=True)


def stopped(size: int, response: str) -> CallOutcomes:
    """The whole call was rejected: none of its mails was taken, and none is the cause."""
    later = Deferred(response=response, throttled=True)
    return CallOutcomes(outcomes=[later] * size, stop=response)


def in_doubt(size: int, response: str, *, pause: bool = True) -> CallOutcomes:
    """Whether the mails were taken is open."""
    return CallOutcomes(outcomes=[InDoubt(response=response)] * size, pause=pause, is_lost=True)


def by_status(
    reply: ApiResponse,
    size: int,
    words: str,
    *,
    not_taken: frozenset[int] = NOT_TAKEN,
    retry_after: timedelta | None = None,
) -> CallOutcomes:
    """The answer to a call that failed as a whole.

    Args:
        words: the provider's message.
        not_taken: the statuses that say that nothing was taken and later it may be.
        retry_after: where the provider says it otherwise than by Retry-After.
    """
    response = f"HTTP {reply.status} {words}".strip()
    if reply.status in not_taken:
        return deferred(size, response, retry_after or wait_of(reply))
    if reply.status >= 500 or reply.status < 300 or reply.status == _REQUEST_TIMEOUT:
        # A gateway's error, or a success without the words of one.
        return in_doubt(size, response)
    return stopped(size, response)


def wait_of(reply: ApiResponse) -> timedelta | None:
    """Retry-After, in seconds or as a date beside the answer's own (RFC 9110, 10.2.3)."""
    header = reply.headers.get("Retry-After", "")
    if header.isascii() and header.isdigit():
        return seconds(header)
    end, sent = parsed_http_date(header), parsed_http_date(reply.headers.get("Date", ""))
    if end is None or sent is None or end <= sent:
        return None
    return min(end - sent, _MAX_WAIT)


def wait_until(reply: ApiResponse, header: str) -> timedelta | None:
    """How long from the answer's Date to a moment that a header gives as seconds since 1970."""
    text, sent = reply.headers.get(header, ""), parsed_http_date(reply.headers.get("Date", ""))
    if sent is None or not text.isdecimal():
        return None
    left = int(text[:12]) - sent.timestamp()
    return min(timedelta(seconds=round(left)), _MAX_WAIT) if left > 0 else None


def seconds(text: str) -> timedelta | None:
    """A wait written as whole seconds, a day at most; None where it is none."""
    if not (text.isascii() and text.isdigit()):
        return None
    return min(timedelta(seconds=int(text[:9])), _MAX_WAIT)


def line(text: object) -> str:
    """A provider's words in one printable line."""
    words = " ".join(str(text or "").split())[:_MAX_RESPONSE_LENGTH]
    return "".join(letter if letter.isprintable() else "?" for letter in words)


def field(value: Any, *path: str | int) -> Any:
    """What stands at a path inside JSON; None where there is nothing."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
