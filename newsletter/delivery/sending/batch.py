"""One batch of a worker: what was claimed, what was begun, what was answered."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta

from newsletter.delivery.ledger.store import Claimed
from newsletter.transports.base import Accepted, InDoubt, Outcome

# After this part of its lease a worker hands over no more: others may soon doubt what it holds.
LEASE_USED = 0.8
INTERRUPTED = "interrupted"
"""How the words begin of what broke off in our own code."""
BROKEN_OFF: Outcome = InDoubt(response=f"{INTERRUPTED} while it was handed over")


class Batch:
    """The deliveries of one claim.

    Args:
        claimed: in the order in which they are to be handed over.
        claimed_at, lease: seconds, by the monotonic clock.
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
        """One of them made the transport fail: each goes alone, to tell which."""
        self.begun: set[int] = set()
        self.outcomes: dict[int, Outcome] = {}
        self.offered: list[Claimed] = []
        """Given to the transport since it was last called."""
        self.claimed_at = claimed_at
        self.ends_at = claimed_at + LEASE_USED * lease.total_seconds()

    def __bool__(self) -> bool:
        return bool(self.deliveries)

    def next_portion(self) -> deque[Claimed]:
        """What the transport is to be called with: one suspect, or all that wait."""
        self.offered = []
        return deque([self.suspects.popleft()]) if self.suspects else self.waiting

    def unanswered(self) -> list[Claimed]:
        """Offered and begun, and left without an answer."""
        return [d for d in self.offered if d.id in self.begun and d.id not in self.outcomes]

    def untouched(self) -> list[Claimed]:
        """Offered, and certainly not handed over."""
        return [d for d in self.offered if d.id not in self.begun and d.id not in self.outcomes]

    @property
    def settled(self) -> dict[int, Outcome]:
        """All that is known of it; begun and never answered is in doubt."""
        return dict.fromkeys(self.begun, BROKEN_OFF) | self.outcomes

    def taken(self) -> Iterator[Claimed]:
        return (self.deliveries[k] for k, o in self.outcomes.items() if isinstance(o, Accepted))

    def left(self) -> list[Claimed]:
        """Certainly not handed over."""
        done = self.settled
        return [delivery for key, delivery in self.deliveries.items() if key not in done]
