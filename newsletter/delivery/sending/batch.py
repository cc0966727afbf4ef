"""The state of one batch of a worker: deliveries claimed, begun and answered."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta

from newsletter.delivery.ledger.store import Claimed
from newsletter.transports.base import Accepted, InDoubt, Outcome

# A worker hands over nothing after this part of its lease: at its end others mark its claims
# uncertain.
LEASE_USED = 0.8
INTERRUPTED = "interrupted"
"""Prefix of the response for a hand-over that an error of our own code interrupted."""
INTERRUPTED_OUTCOME: Outcome = InDoubt(response=f"{INTERRUPTED} while it was handed over")


class Batch:
    """The deliveries of one claim.

    Args:
        claimed: in the order of hand-over.
        claimed_at: seconds of the monotonic clock.
    """

    def __init__(
        self,
        claimed: Sequence[Claimed] = (),
        claimed_at: float = 0.0,
        lease: timedelta = timedelta(0),
    ) -> None:
        self.deliveries = {delivery.id: delivery for delivery in claimed}
        self.waiting = deque(claimed)
        self.suspects: deque[Claimed] = deque()
        """Deliveries one of which made the transport fail; retried singly to find it."""
        self.begun: set[int] = set()
        self.outcomes: dict[int, Outcome] = {}
        self.offered: list[Claimed] = []
        """Given to the transport in its current call."""
        self.claimed_at = claimed_at
        self.ends_at = claimed_at + LEASE_USED * lease.total_seconds()

    def __bool__(self) -> bool:
        return bool(self.deliveries)

    def next_portion(self) -> deque[Claimed]:
        """The deliveries for the next call of the transport: one suspect, or all that wait."""
        self.offered = []
        return deque([self.suspects.popleft()]) if self.suspects else self.waiting

    def unanswered(self) -> list[Claimed]:
        """Offered and begun, without an outcome."""
        return [d for d in self.offered if d.id in self.begun and d.id not in self.outcomes]

    def untouched(self) -> list[Claimed]:
        """Offered, but certainly not handed over."""
        return [d for d in self.offered if d.id not in self.begun and d.id not in self.outcomes]

    @property
    def settled(self) -> dict[int, Outcome]:
        """The outcome of each delivery that was begun; without an answer it is in doubt."""
        return dict.fromkeys(self.begun, INTERRUPTED_OUTCOME) | self.outcomes

    def accepted(self) -> Iterator[Claimed]:
        return (self.deliveries[k] for k, o in self.outcomes.items() if isinstance(o, Accepted))

    def left(self) -> list[Claimed]:
        """Deliveries certainly not handed over."""
        done = self.settled
        return [delivery for key, delivery in self.deliveries.items() if key not in done]
