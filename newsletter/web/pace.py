"""How often the same network or address may do something, counted in this process.

Of our own: the memory storage of `limits` looks through everything it counts a hundred times a
second, which a crowd signing up would wait for.
"""

from bisect import bisect_right
from collections import OrderedDict
from threading import Lock

from newsletter.clock import Clock

HOUR_SECONDS = 3600.0
# At each look more go than come, so what is over is soon forgotten.
FORGOTTEN_AT_ONCE = 2


class Pace:
    """So many times within any sixty minutes for each.

    Args:
        per_hour: for each.
    """

    def __init__(self, per_hour: int, clock: Clock) -> None:
        self._per_hour = per_hour
        self._clock = clock
        self._times: OrderedDict[str, list[float]] = OrderedDict()
        """When each did it within the hour, whoever did it last at the end."""
        self._lock = Lock()

    def is_allowed(self, who: str) -> bool:
        """Whether it may be done once more; counts it if so."""
        now = self._clock.now().timestamp()
        with self._lock:
            self._forget(now - HOUR_SECONDS)
            times = self._times.setdefault(who, [])
            if times and times[0] <= now - HOUR_SECONDS:
                del times[: bisect_right(times, now - HOUR_SECONDS)]
            if len(times) >= self._per_hour:
                return False
            times.append(now)
            self._times.move_to_end(who)
            return True

    def _forget(self, before: float) -> None:
        for _ in range(FORGOTTEN_AT_ONCE):
            first = next(iter(self._times), None)
            if first is None or self._times[first][-1] > before:
                return
            del self._times[first]
