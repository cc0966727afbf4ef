"""Rate limits with a moving window of an hour and of a day, counted in this process.

`shared_rate_limit` counts through Redis. This limiter is our own: the memory storage of `limits`
scans all its keys every 10 ms, which slows sign-ups down (decision 99).
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Protocol

from newsletter.clock import Clock
from newsletter.http.client_address import Network

HOUR_SECONDS = 3600.0
DAY_SECONDS = 86_400.0
# The daily limit as a multiple of the hourly one.
DAY_FACTOR = 4
# Expired keys evicted per call: more than are added.
EVICTIONS_PER_CALL = 2
# A /32 of IPv6 has 65,536 networks of /48. Beyond this many the least recently used are forgotten;
# the ceiling of the whole site (`usual_rate`) forgets nobody.
MAX_KEYS = 100_000


class RateLimit(Protocol):
    """A limit of attempts per key."""

    def is_allowed(self, who: str, share: int = 1) -> bool:
        """Whether one more attempt is within the limit; counts it if so.

        Args:
            share: multiplies the limit.
        """


def all_allowed(limit: RateLimit, networks: Iterable[Network]) -> bool:
    """Whether one more attempt is within the limits of all of a client's networks."""
    return all(limit.is_allowed(network.name, network.share) for network in networks)


class InProcessRateLimit:
    """Rate limiter per key in this process; evicts two expired keys per call.

    Args:
        per_day: `DAY_FACTOR` times `per_hour` where it is not given.
        max_keys: how many are remembered at once.
    """

    def __init__(
        self, per_hour: int, clock: Clock, per_day: int = 0, max_keys: int = MAX_KEYS
    ) -> None:
        self._max_keys = max_keys
        self._per_hour = per_hour
        self._per_day = per_day or per_hour * DAY_FACTOR
        self._clock = clock
        self._times: OrderedDict[str, list[float]] = OrderedDict()
        """Attempts of the last day by key, the least recently used key first."""
        self._lock = Lock()

    def is_allowed(self, who: str, share: int = 1) -> bool:
        now = self._clock.now().timestamp()
        with self._lock:
            self._forget(now - DAY_SECONDS)
            times = self._times.setdefault(who, [])
            if times and times[0] <= now - DAY_SECONDS:
                del times[: bisect_right(times, now - DAY_SECONDS)]
            in_hour = len(times) - bisect_right(times, now - HOUR_SECONDS)
            if in_hour >= self._per_hour * share or len(times) >= self._per_day * share:
                return False
            times.append(now)
            self._times.move_to_end(who)
            return True

    def _forget(self, before: float) -> None:
        for _ in range(EVICTIONS_PER_CALL):
            first = next(iter(self._times), None)
            is_full = len(self._times) >= self._max_keys
            if first is None or (not is_full and self._times[first][-1] > before):
                return
            del self._times[first]
