"""Rate limits per network and per mailbox."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pydantic import SecretStr
from servers import free_port, redis_server
from starlette.requests import Request

from newsletter.clock import FixedClock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.errors import ConfigurationError
from newsletter.http.client_address import networks_of
from newsletter.http.rate_limit import DAY_FACTOR, InProcessRateLimit, all_allowed
from newsletter.http.shared_rate_limit import signup_rate_limits


def test_attempts_are_limited_within_a_sliding_hour(clock: FixedClock) -> None:
    limit = InProcessRateLimit(2, clock)
    assert limit.is_allowed("ann")
    clock.at += timedelta(minutes=40)
    assert limit.is_allowed("ann")
    assert not limit.is_allowed("ann")
    assert limit.is_allowed("ben")
    clock.at += timedelta(minutes=20)
    assert limit.is_allowed("ann")
    assert not limit.is_allowed("ann")


def test_rejected_attempts_do_not_extend_the_window(clock: FixedClock) -> None:
    limit = InProcessRateLimit(1, clock)
    limit.is_allowed("ann")
    clock.at += timedelta(minutes=59)
    assert not limit.is_allowed("ann")
    clock.at += timedelta(minutes=1)
    assert limit.is_allowed("ann")


def test_the_memory_is_bounded_and_evicts_the_oldest(clock: FixedClock) -> None:
    limit = InProcessRateLimit(1, clock, max_keys=10)
    assert all(limit.is_allowed(f"network {number}") for number in range(20))
    assert not limit.is_allowed("network 19")
    assert limit.is_allowed("network 0")


def options(counted_in: str) -> JoiningOptions:
    return JoiningOptions(per_hour=2, per_address=1, counted_in=SecretStr(counted_in))


SECRET = "a secret that only this test knows"


def test_processes_share_a_redis_counter(clock: FixedClock) -> None:
    with redis_server() as port:
        address = f"redis://127.0.0.1:{port}/0"
        one, of_address = signup_rate_limits(options(address), SECRET, clock)
        other, _ = signup_rate_limits(options(address), SECRET, clock)
        assert [one.is_allowed("ann"), other.is_allowed("ann")] == [True, True]
        assert [one.is_allowed("ann"), other.is_allowed("ann")] == [False, False]
        assert of_address.is_allowed("ann")
        assert other.is_allowed("ben")


def test_an_attempt_refused_by_the_daily_limit_does_not_count_in_redis(clock: FixedClock) -> None:
    with redis_server() as port:
        limit, _ = signup_rate_limits(options(f"redis://127.0.0.1:{port}/0"), SECRET, clock)
        allowed = []
        for _ in range(40):
            allowed.append(limit.is_allowed("ann"))
            clock.at += timedelta(minutes=61)
    # Eight in a day of twenty-three attempts, and as many as before once a day has passed.
    assert allowed == [*[True] * 8, *[False] * 16, *[True] * 8, *[False] * 8]


def test_many_at_once_are_not_counted_beyond_the_limit_in_redis(clock: FixedClock) -> None:
    with redis_server() as port, ThreadPoolExecutor(50) as threads:
        limit, _ = signup_rate_limits(options(f"redis://127.0.0.1:{port}/0"), SECRET, clock)
        allowed = threads.map(lambda _: limit.is_allowed("ann"), range(50))
        assert sum(allowed) == 2


def test_without_redis_each_process_counts_locally(clock: FixedClock) -> None:
    limit, _ = signup_rate_limits(options(f"redis://127.0.0.1:{free_port()}/0"), SECRET, clock)
    assert [limit.is_allowed("ann") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("address", ["memory://", "redis:/nowhere", "127.0.0.1:6379"])
def test_an_invalid_redis_url_is_refused(clock: FixedClock, address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"joining\.counted_in"):
        signup_rate_limits(options(address), SECRET, clock)


def test_the_daily_limit_is_four_times_the_hourly_limit(clock: FixedClock) -> None:
    limit = InProcessRateLimit(2, clock)
    allowed = 0
    for _ in range(20):
        allowed += limit.is_allowed("ann")
        clock.at += timedelta(minutes=61)
    assert allowed == 2 * DAY_FACTOR
    clock.at += timedelta(days=1)
    assert limit.is_allowed("ann")


def asked_from(address: str) -> Request:
    return Request({"type": "http", "client": (address, 1), "headers": []})


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("192.0.2.1", "192.0.2.1", 1),
        ("192.0.2.1", "::ffff:192.0.2.1", 1),
        ("192.0.2.1", "192.0.2.200", 5),
        ("2001:db8::1", "2001:db8::ffff:1", 1),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", 2),
        ("2001:db8:0:100::1", "2001:db8:0:200::1", 4),
        ("unknown", "_gazonk", 1),
        ("192.0.2.1", "198.51.100.1", 0),
        ("2001:db8::1", "2001:db8:1::1", 0),
    ],
)
def test_addresses_of_one_network_count_together(one: str, other: str, share: int) -> None:
    shared = set(networks_of(asked_from(one))) & set(networks_of(asked_from(other)))
    assert min((network.share for network in shared), default=0) == share


def test_addresses_within_a_customers_prefix_are_limited_together(
    clock: FixedClock,
) -> None:
    limit = InProcessRateLimit(2, clock)
    addresses = [f"2001:db8:0:{n:x}::1" for n in range(200)]
    assert sum(all_allowed(limit, networks_of(asked_from(a))) for a in addresses) == 2 * 2
