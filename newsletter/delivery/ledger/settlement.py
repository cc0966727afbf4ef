"""What an outcome means for a delivery: pure, from the transport's answer to the next state."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.delivery.ledger.models import DeliveryState
from newsletter.transports.base import Accepted, Deferred, InDoubt, Outcome, Refused

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=4)
# Spreads deliveries deferred together, so that they don't all come back at once.
SPREAD = 0.25
# RFC 3463: class, subject, detail; the code alone where the server gives no more.
_ANSWER = re.compile(r"(4\d\d)(?:[ -]4\.(\d{1,3})\.\d{1,3})?")
_GREYLISTED = re.compile(r"gr[ea]y-?list", re.IGNORECASE)
MAX_REASON_CHARACTERS = 1000
STATES: dict[type[Outcome], DeliveryState] = {
    Accepted: DeliveryState.SENT,
    Refused: DeliveryState.FAILED,
    InDoubt: DeliveryState.UNCERTAIN,
}


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What the ledger shall say of a delivery."""

    state: DeliveryState
    reason: str
    attempts: int
    next_attempt_at: datetime | None = None
    deferred_since: datetime | None = None
    """Set where patience begins to count, unless it does already."""


def settle(
    outcome: Outcome, *, key: int, attempts: int, give_up_at: datetime, now: datetime
) -> Settlement:
    """The ledger's word on an outcome.

    Args:
        key: the delivery's number; spreads the waits.
        attempts: those made before this one.
    """
    reason = words(outcome)
    if isinstance(outcome, Deferred):
        return _deferred(outcome, reason, key, attempts, give_up_at, now)
    return Settlement(state=STATES[type(outcome)], reason=reason, attempts=attempts + 1)


def words(outcome: Outcome) -> str:
    """As much of an answer as the ledger keeps."""
    return outcome.response[:MAX_REASON_CHARACTERS]


def wait_before(attempt: int, key: int) -> timedelta:
    """How long to wait after so many attempts: doubling, capped, spread by the number."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempt - 1, 10)
    return min(doubled, LONGEST_WAIT) * (1.0 + SPREAD * (key % 97) / 97)


def spread(moment: datetime, key: int) -> datetime:
    """A moment a little later, so that not all come at once."""
    return moment + FIRST_WAIT * SPREAD * (key % 97) / 97


def is_about_domain(answer: Deferred) -> bool:
    """Whether a 4xx speaks of all mail to the recipient's domain.

    Not one about her mailbox or address (RFC 3463: x.1, x.2), nor greylisting, which waits for
    this very mail, nor a broken connection; one about our pace is the transport's.
    """
    match = _ANSWER.match(answer.response)
    if answer.throttled or match is None or _GREYLISTED.search(answer.response):
        return False
    code, subject = match.groups()
    return subject not in {"1", "2"} if subject else code != "450"


def _deferred(
    outcome: Deferred, reason: str, key: int, attempts: int, give_up_at: datetime, now: datetime
) -> Settlement:
    made = attempts if outcome.throttled else attempts + 1
    wait = outcome.retry_after or wait_before(max(made, 1), key)
    if not outcome.throttled and now + wait > give_up_at:
        return Settlement(state=DeliveryState.FAILED, reason=f"given up: {reason}", attempts=made)
    return Settlement(
        state=DeliveryState.DEFERRED,
        reason=reason,
        attempts=made,
        next_attempt_at=now + wait,
        deferred_since=None if outcome.throttled else now,
    )
