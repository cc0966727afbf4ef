"""Classification of IP addresses: public, private, or of this machine."""

import ipaddress

# NAT64, with an IPv4 address at its end (RFC 6052 section 2.1).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Of IPv6 nothing else is routed: IANA allots global unicast from the first only (RFC 4291, 2.4).
# What lies outside is special in ways that no list keeps up with, such as SIIT (RFC 2765).
ROUTED = (ipaddress.IPv6Network("2000::/3"), NAT64)
# The interface identifier of ISATAP (RFC 5214 section 6.1), before the IPv4 address.
ISATAP = {0x00005EFE, 0x02005EFE}
# From IANA's special-purpose registries, what `ipaddress` of Python 3.11 lacks in some release:
# protocol assignments (RFC 6890, 2928), relays of 6to4 (RFC 7526), AS112 (RFC 7534, 7535), AMT (RFC
# 7450), documentation (RFC 9637). What of the first is anycast (RFC 7723, 8155) serves no pages.
SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            *("192.0.0.0/24", "192.88.99.0/24", "192.31.196.0/24", "192.52.193.0/24"),
            *("192.175.48.0/24", "3fff::/20", "2001::/23", "2620:4f:8000::/48"),
        ),
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """Whether an IP address is globally reachable, IPv4 embedded in IPv6 included."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return all(map(_is_routed, _with_embedded_ipv4(ip)))


def _is_routed(address: Address) -> bool:
    if address.version == 6 and not any(address in net for net in ROUTED):
        return False
    is_special = address.is_multicast or any(address in net for net in SPECIAL)
    return address.is_global and not is_special


def _with_embedded_ipv4(address: Address) -> list[Address]:
    hidden: list[Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return [address.ipv4_mapped]
        is_isatap = int(address) >> 32 & 0xFFFFFFFF in ISATAP
        if is_isatap or address in NAT64:
            hidden.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour:
            hidden.append(address.sixtofour)
        if address.teredo:
            hidden.extend(address.teredo)
    return hidden


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address is loopback."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
