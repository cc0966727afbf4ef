"""The command `newsletter transports`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from account_servers import ACCOUNTS, AccountServer, MailtrapAccount, ResendAccount
from support import Run


@pytest.fixture
def resend() -> Iterator[ResendAccount]:
    with ResendAccount() as account:
        yield account


def configure(run: Run, account: AccountServer) -> None:
    options = {"kind": account.kind, **account.options}
    changes = [
        f"transports.main.{key}={str(value).replace('True', 'true')}"
        for key, value in options.items()
    ]
    assert run("settings", "set", *changes).status == 0


def test_connecting_keeps_what_proves_the_calls(
    site: Path, run: Run, resend: ResendAccount
) -> None:
    configure(run, resend)
    assert "refused until webhook_secret is set" in run("transports", "list").out
    said = run("transports", "connect", "main")
    assert said.status == 0
    assert "tells https://wexcombe.example/webhooks/main of email.delivered" in said.out
    assert "whsec_" not in said.out
    assert resend.addresses() == ["https://wexcombe.example/webhooks/main"]
    (view,) = [
        v for v in json.loads(run("transports", "list", "--json").out) if v["name"] == "main"
    ]
    assert (view["webhook"], view["missing"]) == ("/webhooks/main", [])


def test_connecting_again_changes_nothing(site: Path, run: Run, resend: ResendAccount) -> None:
    configure(run, resend)
    run("transports", "connect", "main")
    said = run("transports", "connect", "main")
    assert said.status == 0
    assert "set transports" not in said.out
    assert len(resend.registered) == 1


@pytest.mark.parametrize("kind", ["brevo", "mailjet"])
def test_a_password_reaches_the_provider_and_no_screen(site: Path, run: Run, kind: str) -> None:
    with ACCOUNTS[kind]() as account:
        configure(run, account)
        said = run("transports", "connect", "main")
        assert run("transports", "connect", "main").status == 0
        assert account.addresses() == ["https://wexcombe.example/webhooks/main"]
    assert (said.status, account.options["webhook_password"] in said.out + said.err) == (0, False)


def test_a_transport_in_the_file_is_told_what_to_write(site: Path, run: Run) -> None:
    with MailtrapAccount() as account:
        lines = "".join(f'{key} = "{value}"\n' for key, value in account.options.items())
        with (site / "newsletter.toml").open("a") as file:
            file.write(f'[transports.trap]\nkind = "mailtrap"\n{lines}')
        said = run("transports", "connect", "trap")
    assert said.status == 1
    assert "write this into [transports.trap]" in said.err
    assert 'webhook_secret = "of-theirs"' in said.err


def test_a_transport_without_provider_is_refused(site: Path, run: Run) -> None:
    said = run("transports", "connect", "default")
    assert said.status == 1
    assert "has no provider that tells what became of mails" in said.err


def test_an_unknown_transport_is_refused(site: Path, run: Run) -> None:
    assert "there is no transport 'nobody'" in run("transports", "connect", "nobody").err


def test_a_transport_is_removed_once_no_mail_leaves_by_it(site: Path, run: Run) -> None:
    run("settings", "set", "transports.spare.kind=console", "sending.transport=spare")
    refused = run("transports", "remove", "spare")
    assert (refused.status, "all mail leaves by the transport spare" in refused.err) == (1, True)
    run("settings", "set", "sending.transport=default")
    assert run("transports", "remove", "spare").status == 0
    assert "spare" not in run("transports", "list").out
