"""A client's address, and the networks that rate limits count it in."""

import ipaddress
from dataclasses import dataclass

from starlette.requests import Request


def address_of(request: Request) -> str:
    """The client's IP address; empty where it is unknown."""
    return request.client.host if request.client else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """A network that counts as one client.

    Args:
        share: by how much its limit is multiplied.
    """

    name: str
    share: int = 1


# By IP version: prefix lengths and their shares. A provider assigns one customer a /64, a /56 or a
# /48 (RFC 6177, RIPE-690), so addresses within it are one client.
STEPS = {4: ((32, 1), (24, 5)), 6: ((64, 1), (56, 2), (48, 4))}


def networks_of(request: Request) -> list[Network]:
    """The networks that a client is counted in, the smallest first."""
    host = address_of(request)
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # What a proxy calls unknown; were each name its own network, any would pass for another.
        return [Network(name="unknown")]
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return [
        Network(name=str(ipaddress.ip_network((address, length), strict=False)), share=share)
        for length, share in STEPS[address.version]
    ]
