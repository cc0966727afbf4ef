"""Registering our address at providers, by their APIs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from account_servers import (
    ACCOUNTS,
    AccountServer,
    MailjetAccount,
    ScalewayAccount,
    SesAccount,
)
from api_server import Answer

from newsletter.transports.api.account import ConnectFailed
from newsletter.transports.registry import KINDS, transport_class

Load = Callable[..., Any]
ADDRESS = "https://wexcombe.example/webhooks/main"


@pytest.fixture(params=sorted(ACCOUNTS))
def account(request: pytest.FixtureRequest) -> Iterator[AccountServer]:
    with ACCOUNTS[request.param]() as running:
        yield running


def test_every_provider_has_an_account_server() -> None:
    connectable = {kind for kind in KINDS if hasattr(transport_class(kind), "connect")}
    missing = connectable - set(ACCOUNTS) - {"http"}
    assert not missing, (
        f"add {', '.join(sorted(missing))} to ACCOUNTS in tests/newsletter/transports/"
        "account_servers.py, so that connecting is tested on it"
    )


def test_our_address_is_registered_without_opens_and_clicks(
    load: Load, account: AccountServer
) -> None:
    connection = load(account.kind, **account.options).connect(ADDRESS)
    assert account.addresses() == [ADDRESS]
    assert any(ADDRESS in line for line in connection.done)


def test_the_verification_key_is_fetched(load: Load, account: AccountServer) -> None:
    connection = load(account.kind, **account.options).connect(ADDRESS)
    assert connection.options == account.fetched
    assert not any(secret in str(connection.done) for secret in connection.options.values())


def test_a_second_time_changes_the_first_registration(load: Load, account: AccountServer) -> None:
    transport = load(account.kind, **account.options)
    first, again = transport.connect(ADDRESS), transport.connect(ADDRESS)
    assert account.addresses() == [ADDRESS]
    assert again.options == first.options


def test_a_refusal_says_what_the_provider_said(load: Load, account: AccountServer) -> None:
    account.answers = [Answer(403, b'{"message": "this key may only send"}')]
    with pytest.raises(ConnectFailed, match=r"HTTP 403 .*this key may only send"):
        load(account.kind, **account.options).connect(ADDRESS)
    assert not account.registered


def test_a_silent_provider_is_an_error(load: Load, account: AccountServer) -> None:
    account.answers = [Answer(hang_up=True)]
    with pytest.raises(ConnectFailed, match="does not answer"):
        load(account.kind, **account.options).connect(ADDRESS)


def test_a_place_that_somebody_else_has_is_left_to_them(load: Load) -> None:
    with MailjetAccount() as account:
        account.add({"ID": 1, "EventType": "spam", "Url": "https://u:p@others.example/hook"})
        with pytest.raises(ConnectFailed, match=r"https://others\.example/hook of spam"):
            load("mailjet", **account.options).connect(ADDRESS)
        assert len(account.registered) == 1


def test_ses_needs_a_topic_and_a_configuration_set(load: Load) -> None:
    with SesAccount() as account:
        options = {**account.options, "topic_arn": ""}
        with pytest.raises(ConnectFailed, match="topic_arn first"):
            load("ses", **options).connect(ADDRESS)


def test_scaleway_needs_a_topic_and_a_domain_of_the_project(load: Load) -> None:
    with ScalewayAccount() as account:
        with pytest.raises(ConnectFailed, match="topic_secret_key first"):
            load("scaleway", **{**account.options, "topic_arn": ""}).connect(ADDRESS)
        with pytest.raises(ConnectFailed, match=r"no domain y\.example"):
            load("scaleway", **{**account.options, "domain": "y.example"}).connect(ADDRESS)


def test_a_service_of_ones_own_is_told_by_its_operator(load: Load) -> None:
    secret = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5IQ=="
    transport = load("http", api_url="https://mail.wexcombe.example/take", secret=secret)
    assert ADDRESS in transport.connect(ADDRESS).done[0]
