"""Which transport carries which deliveries of an edition: pure, from weights and troubles.

A delivery's number decides its place in a round of the weights, so every process shares out alike
and nothing is remembered. Only what stands in the outbox is shared out: a mail that a transport
took, refused, or left in doubt is not in it, and so never gets to another.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import gcd

from newsletter.config.sending import RouteOptions


@dataclass(frozen=True, kw_only=True)
class Share:
    """Some of the deliveries of an edition: those whose number, divided, leaves one of these."""

    divisor: int
    remainders: tuple[int, ...]

    def holds(self, number: int) -> bool:
        return number % self.divisor in self.remainders


@dataclass(frozen=True, kw_only=True)
class Way:
    """A transport, and what of an edition goes by it.

    Args:
        share: None: everything.
        is_trial: it has taken nothing lately; one mail first will show.
    """

    transport: str
    share: Share | None = None
    is_trial: bool = False


def in_turn(routes: Mapping[str, RouteOptions], name: str) -> list[str]:
    """The transports behind a name, the one that carries most first."""
    route = routes.get(name)
    if route is None:
        return [name]
    members = sorted(route.members, key=lambda member: -route.members[member])
    return [*members, *([route.fallback] if route.fallback else [])]


def shared_out(route: RouteOptions, down: Collection[str]) -> dict[str, Share]:
    """The share of each transport that carries something.

    Args:
        down: those that cannot; the fallback takes their shares, or the other members do.
    """
    if route.fallback and route.fallback not in down:
        carried = [route.fallback if name in down else name for name in round_of(route.members)]
    else:
        living = {name: weight for name, weight in route.members.items() if name not in down}
        carried = list(round_of(living)) if living else []
    return {
        name: Share(
            divisor=len(carried), remainders=tuple(n for n, c in enumerate(carried) if c == name)
        )
        for name in dict.fromkeys(carried)
    }


def round_of(weights: Mapping[str, int]) -> Iterator[str]:
    """One round in which each stands as often as it weighs, spread as evenly as can be.

    Each turn everybody gains her weight; who has most carries, and pays a whole round for it.
    """
    shortest = gcd(*weights.values())
    total = sum(weights.values()) // shortest
    gained = dict.fromkeys(weights, 0)
    for _ in range(total):
        for name, weight in weights.items():
            gained[name] += weight // shortest
        carrier = max(gained, key=lambda name: gained[name])
        gained[carrier] -= total
        yield carrier
