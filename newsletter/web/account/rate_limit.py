"""How often the same network or address may do something: counted here, or for all processes.

Here by ourselves: the memory storage of `limits` looks through everything it counts a hundred
times a second, which a crowd signing up would wait for.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Protocol

import structlog
from limits import RateLimitItemPerDay, RateLimitItemPerHour
from limits.errors import ConfigurationError as LimitsError
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from newsletter.clock import Clock
from newsletter.config.joining_options import JoiningOptions
from newsletter.errors import ConfigurationError
from newsletter.tokens.signing import derive_key, keyed_hash
from newsletter.web.account.client_address import Network

log = structlog.get_logger()

HOUR_SECONDS = 3600.0
DAY_SECONDS = 86_400.0
# Within a day one may do it so many times as often as within an hour.
DAY_FACTOR = 4
# At each look more go than come, so what is over is soon forgotten.
EVICTIONS_PER_CALL = 2
# How long others wait for a storage, and for how long one that does not answer is not asked.
REDIS_TIMEOUT_SECONDS = 0.5
REDIS_RETRY_SECONDS = 30.0


class RateLimit(Protocol):
    """So many times within any hour, and within any day, for each."""

    def is_allowed(self, who: str, share: int = 1) -> bool:
        """Whether it may be done once more; counts it if so.

        Args:
            share: how many times as often, for whoever stands for several.
        """


def all_allowed(pace: RateLimit, networks: Iterable[Network]) -> bool:
    """Whether each of the networks that one asker belongs to may do it once more."""
    return all(pace.is_allowed(network.name, network.share) for network in networks)


class InProcessRateLimit:
    """So many times within any hour, and within any day, for each.

    Args:
        per_hour: for each.
        per_day: likewise; `DAY_FACTOR` times as often where it is not given.
    """

    def __init__(self, per_hour: int, clock: Clock, per_day: int = 0) -> None:
        self._per_hour = per_hour
        self._per_day = per_day or per_hour * DAY_FACTOR
        self._clock = clock
        self._times: OrderedDict[str, list[float]] = OrderedDict()
        """When each did it within the day, whoever did it last at the end."""
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
            if first is None or self._times[first][-1] > before:
                return
            del self._times[first]


class RedisRateLimit:
    """The same for all who count in one storage; by itself while the storage is away.

    Args:
        purpose: what is counted; two purposes are counted apart.
        secret: names are kept there as hashes by this.
    """

    def __init__(
        self, purpose: str, per_hour: int, storage: Storage, secret: str, clock: Clock
    ) -> None:
        self._purpose = purpose
        self._per_hour = per_hour
        self._limiter = MovingWindowRateLimiter(storage)
        self._key = derive_key(secret, f"pace:{purpose}")
        self._own = InProcessRateLimit(per_hour, clock)
        self._clock = clock
        self._rests_until = 0.0

    def is_allowed(self, who: str, share: int = 1) -> bool:
        now = self._clock.now().timestamp()
        if now >= self._rests_until:
            try:
                return self._is_counted(keyed_hash(self._key, who), share)
            except StorageError as error:
                self._rests_until = now + REDIS_RETRY_SECONDS
                log.warning("joining.counted_in does not answer", error=str(error.storage_error))
        return self._own.is_allowed(who, share)

    def _is_counted(self, name: str, share: int) -> bool:
        most = self._per_hour * share
        hour, day = RateLimitItemPerHour(most), RateLimitItemPerDay(most * DAY_FACTOR)
        # What the day refuses is not counted in the hour.
        if not self._limiter.test(day, self._purpose, name):
            return False
        return self._limiter.hit(hour, self._purpose, name) and self._limiter.hit(
            day, self._purpose, name
        )


def signup_rate_limits(
    options: JoiningOptions, secret: str, clock: Clock
) -> tuple[RateLimit, RateLimit]:
    """Those of one network, and of one mail address.

    Raises:
        ConfigurationError: the storage cannot be used.
    """
    address = options.counted_in.get_secret_value()
    if not address:
        return InProcessRateLimit(options.per_hour, clock), InProcessRateLimit(
            options.per_address, clock
        )
    if not address.startswith(("redis://", "rediss://")):
        raise ConfigurationError("joining.counted_in is not redis://HOST:6379/1")
    try:
        storage = RedisStorage(
            address,
            wrap_exceptions=True,
            socket_timeout=REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        )
    except LimitsError as error:
        raise ConfigurationError(
            "joining.counted_in needs its driver; install it: pip install 'newsletter[cluster]'"
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"joining.counted_in is no address of Redis: {error}") from error
    return (
        RedisRateLimit("join", options.per_hour, storage, secret, clock),
        RedisRateLimit("join of an address", options.per_address, storage, secret, clock),
    )
