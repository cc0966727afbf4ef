"""How often the same network or address may do something: counted here, or for all processes.

Here by ourselves: the memory storage of `limits` looks through everything it counts a hundred
times a second, which a crowd signing up would wait for.
"""

from bisect import bisect_right
from collections import OrderedDict
from threading import Lock
from typing import Protocol

import structlog
from limits import RateLimitItemPerHour
from limits.errors import ConfigurationError as LimitsError
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from newsletter.clock import Clock
from newsletter.config.joining_options import JoiningOptions
from newsletter.errors import ConfigurationError
from newsletter.tokens.signing import derive_key, keyed_hash

log = structlog.get_logger()

HOUR_SECONDS = 3600.0
# At each look more go than come, so what is over is soon forgotten.
FORGOTTEN_AT_ONCE = 2
# How long others wait for a storage, and for how long one that does not answer is not asked.
PATIENCE_SECONDS = 0.5
REST_SECONDS = 30.0


class Pace(Protocol):
    """So many times within any sixty minutes for each."""

    def is_allowed(self, who: str) -> bool:
        """Whether it may be done once more; counts it if so."""


class OwnPace:
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


class SharedPace:
    """The same for all who count in one storage; by itself while the storage is away.

    Args:
        purpose: what is counted; two purposes are counted apart.
        secret: names are kept there as hashes by this.
    """

    def __init__(
        self, purpose: str, per_hour: int, storage: Storage, secret: str, clock: Clock
    ) -> None:
        self._purpose = purpose
        self._limit = RateLimitItemPerHour(per_hour)
        self._limiter = MovingWindowRateLimiter(storage)
        self._key = derive_key(secret, f"pace:{purpose}")
        self._own = OwnPace(per_hour, clock)
        self._clock = clock
        self._rests_until = 0.0

    def is_allowed(self, who: str) -> bool:
        now = self._clock.now().timestamp()
        if now >= self._rests_until:
            try:
                return self._limiter.hit(self._limit, self._purpose, keyed_hash(self._key, who))
            except StorageError as error:
                self._rests_until = now + REST_SECONDS
                log.warning("joining.counted_in does not answer", error=str(error.storage_error))
        return self._own.is_allowed(who)


def paces(options: JoiningOptions, secret: str, clock: Clock) -> tuple[Pace, Pace]:
    """Those of one network, and of one mail address.

    Raises:
        ConfigurationError: the storage cannot be used.
    """
    address = options.counted_in.get_secret_value()
    if not address:
        return OwnPace(options.per_hour, clock), OwnPace(options.per_address, clock)
    if not address.startswith(("redis://", "rediss://")):
        raise ConfigurationError("joining.counted_in is not redis://HOST:6379/1")
    try:
        storage = RedisStorage(
            address,
            wrap_exceptions=True,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
        )
    except LimitsError as error:
        raise ConfigurationError(
            "joining.counted_in needs its driver; install it: pip install 'newsletter[cluster]'"
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"joining.counted_in is no address of Redis: {error}") from error
    return (
        SharedPace("join", options.per_hour, storage, secret, clock),
        SharedPace("join of an address", options.per_address, storage, secret, clock),
    )
