"""Rate limits with a moving window of an hour and of a day: in process, or shared through Redis.

The in-process limiter is our own: the memory storage of `limits` scans all its keys every 10 ms,
which slows sign-ups down (decision 99).
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Protocol

from limits import RateLimitItemPerDay, RateLimitItemPerHour
from limits.errors import ConfigurationError as LimitsError
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from newsletter.clock import Clock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.errors import ConfigurationError
from newsletter.http.client_address import Network
from newsletter.logging import EventLogger
from newsletter.tokens.signing import derive_key, keyed_hash

log = EventLogger(__name__)

HOUR_SECONDS = 3600.0
DAY_SECONDS = 86_400.0
# The daily limit as a multiple of the hourly one.
DAY_FACTOR = 4
# Expired keys evicted per call: more than are added.
EVICTIONS_PER_CALL = 2
# A /32 of IPv6 has 65,536 networks of /48. Beyond this many the least recently used are forgotten;
# the ceiling of the whole site (`usual_rate`) forgets nobody.
MAX_KEYS = 100_000
# Timeout of one Redis call, and how long Redis is left alone after a failure.
REDIS_TIMEOUT_SECONDS = 0.5
REDIS_RETRY_SECONDS = 30.0


class RateLimit(Protocol):
    """A limit of attempts per key."""

    def is_allowed(self, who: str, share: int = 1) -> bool:
        """Whether one more attempt is within the limit; counts it if so.

        Args:
            share: multiplies the limit.
        """


def all_allowed(pace: RateLimit, networks: Iterable[Network]) -> bool:
    """Whether one more attempt is within the limits of all of a client's networks."""
    return all(pace.is_allowed(network.name, network.share) for network in networks)


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


class RedisRateLimit:
    """Rate limiter shared through Redis; counts in process while Redis is unreachable.

    Args:
        purpose: namespace of the keys.
        secret: keys are stored as HMACs by this.
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
                log.warning(
                    "rate limits counted in process, Redis does not answer",
                    error=str(error.storage_error),
                )
        return self._own.is_allowed(who, share)

    def _is_counted(self, name: str, share: int) -> bool:
        most = self._per_hour * share
        hour, day = RateLimitItemPerHour(most), RateLimitItemPerDay(most * DAY_FACTOR)
        # An attempt over the daily limit does not count towards the hourly one.
        if not self._limiter.test(day, self._purpose, name):
            return False
        return self._limiter.hit(hour, self._purpose, name) and self._limiter.hit(
            day, self._purpose, name
        )


def signup_rate_limits(
    options: JoiningOptions, secret: str, clock: Clock
) -> tuple[RateLimit, RateLimit]:
    """The limits of sign-ups per network and per mailbox.

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
