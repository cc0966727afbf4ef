"""Maps a transport's outcome to the delivery's next state, with exponential back-off. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.delivery.ledger import reasons
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.ledger.reasons import GIVEN_UP
from newsletter.transports.base import Accepted, Deferred, InDoubt, Outcome, Refused
from newsletter.transports.verdicts import REFUSES_US, Verdict, hinted_wait

MIN_RETRY_DELAY = timedelta(minutes=5)
MAX_RETRY_DELAY = timedelta(hours=4)
# Deterministic jitter by the delivery's number, so that deferred deliveries don't retry at once.
JITTER = 0.25
# A refusal of the sender needs a person; frequent retries don't help.
MIN_BLOCKED_RETRY_DELAY = timedelta(hours=1)
MAX_BLOCKED_RETRY_DELAY = timedelta(hours=12)
# Throttled mails are given up only after so many attempts of their own: a server that throttles
# everybody allows each mail few.
MAX_THROTTLED_ATTEMPTS = 10
STATES: dict[type[Outcome], DeliveryState] = {
    Accepted: DeliveryState.SENT,
    Refused: DeliveryState.FAILED,
    InDoubt: DeliveryState.UNCERTAIN,
}


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """The values to record for a delivery."""

    state: DeliveryState
    reason: str
    attempts: int
    next_attempt_at: datetime | None = None
    deferred_since: datetime | None = None
    """Set at the first unsuccessful attempt; ignored where the ledger has one."""
    verdict: str = ""


def settle(
    outcome: Outcome,
    *,
    key: int,
    attempts: int,
    give_up_at: datetime,
    now: datetime,
    address: str = "",
) -> Settlement:
    """The settlement for an outcome.

    Args:
        key: the delivery's number; seeds the jitter.
        attempts: those made before this one.
        address: the recipient's, redacted in the response.
    """
    reason = stored_response(outcome, address)
    if isinstance(outcome, Deferred):
        attempts_made = attempts + (not outcome.throttled or is_answered(outcome))
        wait = outcome.retry_after or _hinted(outcome) or retry_delay(max(attempts_made, 1), key)
        return _deferral(outcome, reason, attempts_made, now + wait, give_up_at, now)
    attempts_made = attempts + 1
    if isinstance(outcome, Refused) and outcome.about in REFUSES_US:
        return _deferral(
            outcome,
            reason,
            attempts_made,
            now + blocked_retry_delay(attempts_made, key),
            give_up_at,
            now,
        )
    verdict = outcome.about if isinstance(outcome, Refused) else ""
    return Settlement(
        state=STATES[type(outcome)], reason=reason, attempts=attempts_made, verdict=verdict
    )


def stored_response(outcome: Outcome, address: str = "") -> str:
    """The part of a response that the ledger stores."""
    return reasons.storable(outcome.response, address)


def is_answered(outcome: Deferred) -> bool:
    """Whether a server answered, rather than the connection failed."""
    return outcome.response[:3].isdigit()


def _hinted(outcome: Deferred) -> timedelta | None:
    return hinted_wait(outcome.response) if outcome.about is Verdict.GREYLISTED else None


def blocked_retry_delay(attempt: int, key: int) -> timedelta:
    """Delay before retrying a mail whose refusal concerns the sender."""
    doubled: timedelta = MIN_BLOCKED_RETRY_DELAY * 2 ** min(attempt - 1, 10)
    return min(doubled, MAX_BLOCKED_RETRY_DELAY) * (1.0 + JITTER * (key % 97) / 97)


def retry_delay(attempt: int, key: int) -> timedelta:
    """Delay after so many attempts: doubling, capped, jittered."""
    doubled: timedelta = MIN_RETRY_DELAY * 2 ** min(attempt - 1, 10)
    return min(doubled, MAX_RETRY_DELAY) * (1.0 + JITTER * (key % 97) / 97)


def jittered(moment: datetime, key: int) -> datetime:
    """A time slightly later, different for each key."""
    return moment + MIN_RETRY_DELAY * JITTER * (key % 97) / 97


def _deferral(
    outcome: Deferred | Refused,
    reason: str,
    attempts_made: int,
    next_at: datetime,
    give_up_at: datetime,
    now: datetime,
) -> Settlement:
    is_throttled = isinstance(outcome, Deferred) and outcome.throttled
    is_patient = is_throttled and attempts_made < MAX_THROTTLED_ATTEMPTS
    if next_at > give_up_at and not is_patient:
        return Settlement(
            state=DeliveryState.FAILED,
            reason=f"{GIVEN_UP}{reason}",
            attempts=attempts_made,
            verdict=outcome.about,
        )
    is_tried = not is_throttled or (isinstance(outcome, Deferred) and is_answered(outcome))
    return Settlement(
        state=DeliveryState.DEFERRED,
        reason=reason,
        attempts=attempts_made,
        next_attempt_at=next_at,
        deferred_since=now if is_tried else None,
        verdict=outcome.about,
    )
