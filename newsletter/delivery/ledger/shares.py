"""Weighted load balancing: which transport of a route carries which deliveries. Pure.

A delivery's number modulo the sum of weights decides, so every process computes the same and
nothing is stored. Only waiting deliveries are distributed: one that a transport accepted, refused
or left in doubt never goes to another.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import gcd

from newsletter.config.tables.sending import RouteOptions


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of an edition's deliveries: those whose number modulo `divisor` is in `remainders`."""

    divisor: int
    remainders: tuple[int, ...]

    def holds(self, number: int) -> bool:
        return number % self.divisor in self.remainders


@dataclass(frozen=True, kw_only=True)
class RouteShare:
    """A transport and the deliveries it carries.

    Args:
        share: None: all.
        is_trial: the transport failed lately; it is tried with one mail first.
    """

    transport: str
    share: Share | None = None
    is_trial: bool = False


def transports_of(routes: Mapping[str, RouteOptions], name: str) -> list[str]:
    """The transports behind a name: members by descending weight, then the fallback."""
    route = routes.get(name)
    if route is None:
        return [name]
    members = sorted(route.members, key=lambda member: -route.members[member])
    return [*members, *([route.fallback] if route.fallback else [])]


def allocate_shares(route: RouteOptions, down: Collection[str]) -> dict[str, Share]:
    """The share of each transport that carries something.

    Args:
        down: failed transports; the fallback takes their shares, or else the other members.
    """
    if route.fallback and route.fallback not in down:
        carried = [
            route.fallback if name in down else name for name in weighted_round_robin(route.members)
        ]
    else:
        living = {name: weight for name, weight in route.members.items() if name not in down}
        carried = list(weighted_round_robin(living)) if living else []
    return {
        name: Share(
            divisor=len(carried), remainders=tuple(n for n, c in enumerate(carried) if c == name)
        )
        for name in dict.fromkeys(carried)
    }


def weighted_round_robin(weights: Mapping[str, int]) -> Iterator[str]:
    """One cycle of smooth weighted round-robin, as in nginx: each name as often as its weight.

    Each step adds every weight to its counter; the highest counter is chosen and reduced by the sum
    of the weights.
    """
    divisor = gcd(*weights.values())
    total = sum(weights.values()) // divisor
    counters = dict.fromkeys(weights, 0)
    for _ in range(total):
        for name, weight in weights.items():
            counters[name] += weight // divisor
        chosen = max(counters, key=lambda name: counters[name])
        counters[chosen] -= total
        yield chosen
