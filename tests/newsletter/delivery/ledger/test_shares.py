"""Shares of a route: proportional, deterministic and disjoint."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from newsletter.config.tables.sending import RouteOptions
from newsletter.delivery.ledger.shares import allocate_shares, transports_of, weighted_round_robin

NAMES = ("main", "second", "third", "fourth")
WEIGHTS = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 100), min_size=1)


def test_a_round_contains_each_transport_by_weight_interleaved() -> None:
    assert list(weighted_round_robin({"main": 3, "second": 1})) == [
        "main",
        "main",
        "second",
        "main",
    ]


@given(weights=WEIGHTS, fallback=st.booleans(), lost=st.sets(st.sampled_from([*NAMES, "spare"])))
def test_every_delivery_has_one_transport_that_is_not_down(
    weights: dict[str, int], fallback: bool, lost: set[str]
) -> None:
    route = RouteOptions(members=weights, fallback="spare" if fallback else "")
    shares = allocate_shares(route, lost)
    carriers = {*weights, *(["spare"] if fallback else [])} - lost
    assert set(shares) <= carriers
    numbers = range(2 * max((s.divisor for s in shares.values()), default=0))
    assert all(sum(share.holds(n) for share in shares.values()) == 1 for n in numbers)
    assert bool(shares) == bool(carriers)


@given(weights=WEIGHTS)
def test_shares_are_proportional_to_weights(weights: dict[str, int]) -> None:
    counts = Counter(weighted_round_robin(weights))
    total = sum(weights.values())
    assert all(counts[n] * total == w * counts.total() for n, w in weights.items())


def test_the_fallback_is_unused_while_all_members_work() -> None:
    route = RouteOptions(members={"main": 3, "second": 1}, fallback="spare")
    assert set(allocate_shares(route, set())) == {"main", "second"}


def test_the_fallback_takes_only_the_share_of_a_failed_member() -> None:
    route = RouteOptions(members={"main": 3, "second": 1}, fallback="spare")
    before, after = allocate_shares(route, set()), allocate_shares(route, {"main"})
    assert after == {"spare": before["main"], "second": before["second"]}


def test_without_a_fallback_the_other_members_share_its_part() -> None:
    route = RouteOptions(members={"main": 3, "second": 1, "third": 1})
    assert set(allocate_shares(route, {"main"})) == {"second", "third"}


def test_transports_are_ordered_by_weight_with_the_fallback_last() -> None:
    routes = {"both": RouteOptions(members={"second": 1, "main": 3}, fallback="spare")}
    assert transports_of(routes, "both") == ["main", "second", "spare"]
    assert transports_of(routes, "plain") == ["plain"]
