"""Where a request comes from, as far as can be told."""

import ipaddress

from starlette.requests import Request


def address_of(request: Request) -> str:
    """The network address of whoever asks; empty where it is unknown."""
    return request.client.host if request.client else ""


def network_of(request: Request) -> str:
    """What counts as one and the same: an IPv4 address, or an IPv6 network of 64 bits."""
    host = address_of(request)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
