"""So many times an hour for each, and no more than that is remembered of anybody."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from servers import free_port, redis_server

from newsletter.clock import FixedClock
from newsletter.config.joining_options import JoiningOptions
from newsletter.errors import ConfigurationError
from newsletter.web.account.rate_limit import OwnPace, paces


def test_each_may_do_it_so_often_within_any_sixty_minutes(clock: FixedClock) -> None:
    pace = OwnPace(2, clock)
    assert pace.is_allowed("ann")
    clock.at += timedelta(minutes=40)
    assert pace.is_allowed("ann")
    assert not pace.is_allowed("ann")
    assert pace.is_allowed("ben")
    clock.at += timedelta(minutes=20)
    assert pace.is_allowed("ann")
    assert not pace.is_allowed("ann")


def test_who_was_refused_has_not_to_wait_longer_for_that(clock: FixedClock) -> None:
    pace = OwnPace(1, clock)
    pace.is_allowed("ann")
    clock.at += timedelta(minutes=59)
    assert not pace.is_allowed("ann")
    clock.at += timedelta(minutes=1)
    assert pace.is_allowed("ann")


def options(counted_in: str) -> JoiningOptions:
    return JoiningOptions(per_hour=2, per_address=1, counted_in=SecretStr(counted_in))


SECRET = "a secret that only this test knows"


def test_processes_that_count_in_one_redis_count_together(clock: FixedClock) -> None:
    with redis_server() as port:
        address = f"redis://127.0.0.1:{port}/0"
        one, of_address = paces(options(address), SECRET, clock)
        other, _ = paces(options(address), SECRET, clock)
        assert [one.is_allowed("ann"), other.is_allowed("ann")] == [True, True]
        assert [one.is_allowed("ann"), other.is_allowed("ann")] == [False, False]
        assert of_address.is_allowed("ann")
        assert other.is_allowed("ben")


def test_where_redis_is_away_each_counts_for_itself(clock: FixedClock) -> None:
    pace, _ = paces(options(f"redis://127.0.0.1:{free_port()}/0"), SECRET, clock)
    assert [pace.is_allowed("ann") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("address", ["memory://", "redis:/nowhere", "127.0.0.1:6379"])
def test_what_is_no_address_of_redis_is_refused(clock: FixedClock, address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"joining\.counted_in"):
        paces(options(address), SECRET, clock)
