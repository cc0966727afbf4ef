"""Maps Postmark's responses to the outcomes of a batch's mails.

HTTP statuses and ErrorCodes: https://postmarkapp.com/developer/api/overview#error-codes
"""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from newsletter.transports.base import Accepted, Deferred, InDoubt, Outcome, Refused
from newsletter.transports.verdicts import Verdict

_MAINTENANCE, _INVALID_EMAIL, _INACTIVE, _TOO_FAST = 100, 300, 406, 429
_LONGEST_RESPONSE = 500
_LONGEST_WAIT = timedelta(days=1)
# ErrorCode 300 concerns any invalid part of a message. Only an invalid recipient is a refusal;
# other parts would fail for everybody.
_NOT_THE_RECIPIENT = re.compile(
    r"'(from|reply-?to)'|header|attachment|body|subject|metadata|tag\b|stream", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchAnswer:
    """The outcome of each mail of a batch, in order.

    Args:
        stop: why nothing can be sent as configured; None where it can.
        pause: whether to send no further batch for now.
    """

    outcomes: list[Outcome]
    stop: str | None = None
    pause: bool = False


def read_answer(status: int, headers: Any, body: bytes, size: int) -> BatchAnswer:
    """Interpret the response to a batch of `size` mails."""
    found = _json(body)
    if status == 200:
        return _of_each(found, size)
    response = f"HTTP {status} {_message(found)}".strip()
    code = found.get("ErrorCode") if isinstance(found, dict) else None
    if status in {429, 500, 503} or code in {_MAINTENANCE, _TOO_FAST}:
        # 500: "In most cases the message is lost during the process."
        later = Deferred(
            response=response,
            retry_after=_wait(headers.get("Retry-After", "")),
            throttled=True,
        )
        return BatchAnswer(outcomes=[later] * size, pause=True)
    if status >= 500 or status < 300:
        # A gateway's own error: whether Postmark accepted the batch is unknown.
        return BatchAnswer(outcomes=[InDoubt(response=response)] * size, pause=True)
    return _stopped(response, size)


def _of_each(found: Any, size: int) -> BatchAnswer:
    if not isinstance(found, list) or len(found) != size:
        doubt = InDoubt(response=f"no list of {size} answers: {_message(found)}")
        return BatchAnswer(outcomes=[doubt] * size)
    outcomes, stops = [], []
    for item in found:
        outcome, stop = _of_one(item)
        outcomes.append(outcome)
        stops += [stop] if stop else []
    pause = any(isinstance(outcome, Deferred) and outcome.throttled for outcome in outcomes)
    return BatchAnswer(outcomes=outcomes, stop=stops[0] if stops else None, pause=pause)


def _of_one(item: Any) -> tuple[Outcome, str | None]:
    """The outcome of one mail, and the reason to stop the transport, if any."""
    code = item.get("ErrorCode", 0) if isinstance(item, dict) else None
    if not isinstance(code, int) or (code == 0 and not item.get("MessageID")):
        return InDoubt(response=f"unreadable answer: {_message(item)}"), None
    response = f"{code} {_message(item)}".strip()
    if code == 0:
        return Accepted(response=f"MessageID {item['MessageID']} {_message(item)}".strip()), None
    if code in {_MAINTENANCE, _TOO_FAST}:
        return Deferred(response=response, throttled=True), None
    is_invalid_recipient = code == _INVALID_EMAIL and not _NOT_THE_RECIPIENT.search(response)
    if code == _INACTIVE or is_invalid_recipient:
        return Refused(response=response, verdict=Verdict.RECIPIENT), None
    return Deferred(response=response, throttled=True), response


def _stopped(response: str, size: int) -> BatchAnswer:
    # The whole batch was rejected: none of its mails was accepted, and none is the cause.
    later = Deferred(response=response, throttled=True)
    return BatchAnswer(outcomes=[later] * size, stop=response)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _message(found: Any) -> str:
    """Postmark's message in one printable line."""
    if not isinstance(found, dict):
        return ""
    text = " ".join(str(found.get("Message", "")).split())[:_LONGEST_RESPONSE]
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _wait(header: str) -> timedelta | None:
    """Retry-After in seconds (RFC 9110, 10.2.3); Postmark gives no dates."""
    if not (header.isascii() and header.isdigit()):
        return None
    return min(timedelta(seconds=int(header[:9])), _LONGEST_WAIT)
