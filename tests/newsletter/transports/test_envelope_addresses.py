"""Which addresses may stand in SMTP commands, and which hosts are this machine."""

import pytest

from newsletter.http_client.public_addresses import is_loopback
from newsletter.transports.envelope_addresses import is_sender, problem_of_recipient


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "[::1]"]
)
def test_loopback_hosts_are_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["mail.wexcombe.example", "192.0.2.1", "::2", ""])
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("address", ["ann", "a b@c.example", "a@b@c.example", "a>\r\n@c.example"])
def test_an_address_that_could_end_a_command_is_no_recipient(address: str) -> None:
    assert "is not an address" in str(problem_of_recipient(address))


def test_a_domain_beyond_ascii_has_to_be_in_idna() -> None:
    assert "must be in ASCII" in str(problem_of_recipient("ann@brücke.example"))


@pytest.mark.parametrize("address", ["", "ann@wexcombe.example"])
def test_the_null_sender_may_send(address: str) -> None:
    assert is_sender(address)
