"""What an outcome means for a delivery: pure, from the transport's answer to the next state."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.delivery.ledger import reasons
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.transports.base import Accepted, Deferred, InDoubt, Outcome, Refused
from newsletter.transports.verdicts import REFUSES_US, Verdict, hinted_wait

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=4)
# Spreads deliveries deferred together, so that they don't all come back at once.
SPREAD = 0.25
# A refusal that speaks of us may be mended by a person, and is not helped by trying often.
FIRST_BLOCKED_WAIT = timedelta(hours=1)
LONGEST_BLOCKED_WAIT = timedelta(hours=12)
# A mail is given up for answers about our pace only after so many tries of its own: a server that
# is slow with everybody gives each mail few.
MOST_THROTTLED = 10
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
    verdict: str = ""
    """Whom the answer spoke of."""


def settle(
    outcome: Outcome,
    *,
    key: int,
    attempts: int,
    give_up_at: datetime,
    now: datetime,
    address: str = "",
) -> Settlement:
    """The ledger's word on an outcome.

    Args:
        key: the delivery's number; spreads the waits.
        attempts: those made before this one.
        address: the recipient's, which is not kept with the answer.
    """
    reason = words(outcome, address)
    if isinstance(outcome, Deferred):
        made = attempts + (not outcome.throttled or is_answered(outcome))
        wait = outcome.retry_after or _hinted(outcome) or wait_before(max(made, 1), key)
        return _put_off(outcome, reason, made, now + wait, give_up_at, now)
    made = attempts + 1
    if isinstance(outcome, Refused) and outcome.about in REFUSES_US:
        return _put_off(outcome, reason, made, now + blocked_wait(made, key), give_up_at, now)
    verdict = outcome.about if isinstance(outcome, Refused) else ""
    return Settlement(state=STATES[type(outcome)], reason=reason, attempts=made, verdict=verdict)


def words(outcome: Outcome, address: str = "") -> str:
    """As much of an answer as the ledger keeps."""
    return reasons.kept(outcome.response, address)


def is_answered(outcome: Deferred) -> bool:
    """Whether a server answered, rather than a connection broke or was not to be had."""
    return outcome.response[:3].isdigit()


def _hinted(outcome: Deferred) -> timedelta | None:
    return hinted_wait(outcome.response) if outcome.about is Verdict.GREYLISTED else None


def blocked_wait(attempt: int, key: int) -> timedelta:
    """How long a mail waits whose refusal speaks of us."""
    doubled: timedelta = FIRST_BLOCKED_WAIT * 2 ** min(attempt - 1, 10)
    return min(doubled, LONGEST_BLOCKED_WAIT) * (1.0 + SPREAD * (key % 97) / 97)


def wait_before(attempt: int, key: int) -> timedelta:
    """How long to wait after so many attempts: doubling, capped, spread by the number."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempt - 1, 10)
    return min(doubled, LONGEST_WAIT) * (1.0 + SPREAD * (key % 97) / 97)


def spread(moment: datetime, key: int) -> datetime:
    """A moment a little later, so that not all come at once."""
    return moment + FIRST_WAIT * SPREAD * (key % 97) / 97


def _put_off(
    outcome: Deferred | Refused,
    reason: str,
    made: int,
    next_at: datetime,
    give_up_at: datetime,
    now: datetime,
) -> Settlement:
    is_throttled = isinstance(outcome, Deferred) and outcome.throttled
    is_patient = is_throttled and made < MOST_THROTTLED
    if next_at > give_up_at and not is_patient:
        return Settlement(
            state=DeliveryState.FAILED,
            reason=f"given up: {reason}",
            attempts=made,
            verdict=outcome.about,
        )
    is_tried = not is_throttled or (isinstance(outcome, Deferred) and is_answered(outcome))
    return Settlement(
        state=DeliveryState.DEFERRED,
        reason=reason,
        attempts=made,
        next_attempt_at=next_at,
        deferred_since=now if is_tried else None,
        verdict=outcome.about,
    )
