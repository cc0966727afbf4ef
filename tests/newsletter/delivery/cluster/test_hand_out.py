"""Enqueueing shards: fair among editions, with clear configuration errors."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.cluster.broker import open_broker
from newsletter.delivery.cluster.hand_out import round_robin
from newsletter.errors import ConfigurationError

WANTED = st.dictionaries(st.integers(1, 9), st.integers(1, 40), max_size=6)


@given(wanted=WANTED, places=st.integers(-5, 50))
def test_places_are_filled_without_exceeding_any_edition(
    wanted: dict[int, int], places: int
) -> None:
    order = round_robin(wanted, places)
    assert all(order.count(number) <= count for number, count in wanted.items())
    assert len(order) == max(0, min(places, sum(wanted.values())))


@given(wanted=WANTED, places=st.integers(0, 50))
def test_a_large_edition_does_not_block_a_small_one(wanted: dict[int, int], places: int) -> None:
    order = round_robin(wanted, places)
    got = {number: order.count(number) for number in wanted}
    for number, count in got.items():
        assert count == wanted[number] or count >= max(got.values()) - 1


@pytest.mark.parametrize("address", ["kafka://queue.example", "queue.example:6379"])
def test_an_unknown_broker_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"redis://HOST:6379/0 nor amqp://HOST:5672"):
        open_broker(address)


@pytest.mark.parametrize(
    ("address", "driver"), [("redis://localhost", "redis"), ("amqp://localhost", "pika")]
)
def test_a_missing_extra_is_named(
    address: str, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(ConfigurationError, match=r"newsletter\[cluster\]"):
        open_broker(address)
