"""Rate limits of sign-ups: shared through Redis where it is configured, else in this process."""

from limits.errors import ConfigurationError as LimitsError
from limits.storage import RedisStorage

from newsletter.clock import Clock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.errors import ConfigurationError
from newsletter.http.rate_limit import (
    DAY_FACTOR,
    DAY_SECONDS,
    HOUR_SECONDS,
    InProcessRateLimit,
    RateLimit,
)
from newsletter.logging import EventLogger
from newsletter.tokens.signing import derive_key, keyed_hash

log = EventLogger(__name__)

# Timeout of one Redis call, and how long Redis is left alone after a failure.
REDIS_TIMEOUT_SECONDS = 0.5
REDIS_RETRY_SECONDS = 30.0
KEYS = "newsletter:rate"

# Hour and day in one step (https://redis.io/docs/latest/develop/programmability/eval-intro/):
# between two of them others are counted, and what the second refuses stays counted in the first.
# The list of a key holds its attempts of a day, the newest first; the arguments are the moment, and
# the limits of an hour and of a day.
COUNT = f"""
local now = tonumber(ARGV[1])
local hour, day = tonumber(ARGV[2]), tonumber(ARGV[3])
local within_hour = redis.call('lindex', KEYS[1], hour - 1)
if within_hour and tonumber(within_hour) > now - {HOUR_SECONDS:.0f} then return 0 end
local within_day = redis.call('lindex', KEYS[1], day - 1)
if within_day and tonumber(within_day) > now - {DAY_SECONDS:.0f} then return 0 end
redis.call('lpush', KEYS[1], ARGV[1])
redis.call('ltrim', KEYS[1], 0, day - 1)
redis.call('expire', KEYS[1], {DAY_SECONDS:.0f})
return 1
"""


class RedisRateLimit:
    """Rate limiter shared through Redis; counts in process while Redis is unreachable.

    Args:
        purpose: namespace of the keys.
        secret: keys are stored as HMACs by this.
    """

    def __init__(
        self, purpose: str, per_hour: int, storage: RedisStorage, secret: str, clock: Clock
    ) -> None:
        self._purpose = purpose
        self._per_hour = per_hour
        self._count = storage.get_connection().register_script(COUNT.encode())
        self._errors = storage.base_exceptions
        self._key = derive_key(secret, f"pace:{purpose}")
        self._own = InProcessRateLimit(per_hour, clock)
        self._clock = clock
        self._rests_until = 0.0

    def is_allowed(self, who: str, share: int = 1) -> bool:
        now = self._clock.now().timestamp()
        if now >= self._rests_until:
            try:
                return self._is_counted(who, share, now)
            except self._errors as error:
                self._rests_until = now + REDIS_RETRY_SECONDS
                log.warning(
                    "rate limits counted in process, Redis does not answer",
                    error=str(error),
                )
        return self._own.is_allowed(who, share)

    def _is_counted(self, who: str, share: int, now: float) -> bool:
        key = f"{KEYS}:{self._purpose}:{keyed_hash(self._key, who)}"
        most = self._per_hour * share
        return bool(self._count([key], [now, most, most * DAY_FACTOR]))


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
