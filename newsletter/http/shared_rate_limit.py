"""Rate limits of sign-ups: shared through Redis where it is configured, else in this process."""

from limits import RateLimitItemPerDay, RateLimitItemPerHour
from limits.errors import ConfigurationError as LimitsError
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from newsletter.clock import Clock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.errors import ConfigurationError
from newsletter.http.rate_limit import DAY_FACTOR, InProcessRateLimit, RateLimit
from newsletter.logging import EventLogger
from newsletter.tokens.signing import derive_key, keyed_hash

log = EventLogger(__name__)

# Timeout of one Redis call, and how long Redis is left alone after a failure.
REDIS_TIMEOUT_SECONDS = 0.5
REDIS_RETRY_SECONDS = 30.0


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
