"""Maps Postmark's responses to the outcomes of a batch's mails.

HTTP statuses and ErrorCodes: https://postmarkapp.com/developer/api/overview#error-codes
"""

import re
from typing import Any

from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    deferred,
    field,
    in_doubt,
    line,
    one_by_one,
    wait_of,
)
from newsletter.transports.base import Accepted, Deferred, InDoubt, Outcome, Refused
from newsletter.transports.verdicts import Verdict

_MAINTENANCE, _INVALID_EMAIL, _INACTIVE, _TOO_FAST = 100, 300, 406, 429
# 500: "In most cases the message is lost during the process."
_NOT_TAKEN = frozenset({429, 500, 503})
# ErrorCode 300 concerns any invalid part of a message. Only an invalid recipient is a refusal;
# other parts would fail for everybody.
_NOT_THE_RECIPIENT = re.compile(
    r"'(from|reply-?to)'|header|attachment|body|subject|metadata|tag\b|stream", re.IGNORECASE
)


def read_answer(reply: ApiResponse, size: int) -> CallOutcomes:
    """Interpret the response to a batch of `size` mails."""
    body = reply.json
    if reply.status == 200:
        return _of_each(body, size)
    words = _message(body)
    if field(body, "ErrorCode") in {_MAINTENANCE, _TOO_FAST}:
        return deferred(size, f"HTTP {reply.status} {words}", wait_of(reply))
    return by_status(reply, size, words, not_taken=_NOT_TAKEN)


def _of_each(body: Any, size: int) -> CallOutcomes:
    if not isinstance(body, list) or len(body) != size:
        return in_doubt(size, f"no list of {size} answers: {_message(body)}", pause=False)
    return one_by_one(body, _of_one)


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


def _message(body: Any) -> str:
    return line(field(body, "Message"))
