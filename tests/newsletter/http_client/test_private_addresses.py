"""Classification of public and private IP addresses."""

import pytest

from newsletter.http_client.public_addresses import is_public

INSIDE = [
    *("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1"),
    *("192.88.99.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "::7f00:1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "3fff::1", "5f00::1", "fc00::1"),
    *("::ffff:0:7f00:1", "::ffff:0:808:808", "::808:808", "4000::1", "0:0:0:1::1", "1000::1"),
    *("fe80::1", "fec0::1", "ff02::1", "100::1", "2600::5efe:7f00:1", "2600::200:5efe:a00:1"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_special_purpose_addresses_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_open_internet_are_fetched(address: str) -> None:
    assert is_public(address)
