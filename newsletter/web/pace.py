"""How often the same network may do something, counted in this process."""

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Pace:
    """So many times an hour for each.

    Args:
        per_hour: within any sixty minutes.
        purpose: what is counted; two purposes are counted apart.
    """

    def __init__(self, purpose: str, per_hour: int) -> None:
        self._purpose = purpose
        self._limit = RateLimitItemPerHour(per_hour)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def is_allowed(self, who: str) -> bool:
        """Whether it may be done once more; counts it if so."""
        return self._limiter.hit(self._limit, self._purpose, who)
