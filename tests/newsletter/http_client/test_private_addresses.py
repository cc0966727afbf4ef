"""Classification of public and private IP addresses."""

import ipaddress

import pytest

from newsletter.http_client.public_addresses import is_public

INSIDE = [
    *("::7f00:1", "::ffff:127.0.0.1", "::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::", "2001:0:7f00:1::", "2600::5efe:7f00:1", "2600::200:5efe:a00:1"),
    *("2002:808:808::5efe:a00:1", "::ffff:0:808:808", "::808:808", "fe80::1%eth0"),
    *("4000::1", "0:0:0:1::1", "1000::1"),
]


# https://www.iana.org/assignments/iana-ipv4-special-registry/ and iana-ipv6-special-registry/, and
# multicast, which has registries of its own.
SPECIAL_BLOCKS = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
    *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4", "::/96", "64:ff9b:1::/48", "100::/63", "2001::/23"),
    *("2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10"),
    *("fec0::/10", "ff00::/8"),
]


@pytest.mark.parametrize("block", SPECIAL_BLOCKS)
def test_no_address_of_a_special_purpose_block_is_fetched(block: str) -> None:
    network = ipaddress.ip_network(block)
    tried = (network[0], network[network.num_addresses // 2], network[-1])
    assert [str(address) for address in tried if is_public(str(address))] == []


@pytest.mark.parametrize("address", INSIDE)
def test_ipv4_in_ipv6_and_what_is_not_routed_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_open_internet_are_fetched(address: str) -> None:
    assert is_public(address)
