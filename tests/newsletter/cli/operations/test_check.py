"""`newsletter check`: what it says of the site's secret and of OpenID providers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openid_provider import CLIENT, SECRET, Provider, served_provider
from support import SECRET as SITE_SECRET
from support import Run

from newsletter.clock import SystemClock


def name_provider(site: Path, issuer: str) -> None:
    with (site / "newsletter.toml").open("a") as file:
        file.write(
            f'[console.providers.office]\nlabel = "Office"\nissuer = "{issuer}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        )


@pytest.fixture
def provider(site: Path) -> Iterator[Provider]:
    """A provider that the site's configuration names."""
    with served_provider(SystemClock()) as served:
        name_provider(site, served.issuer)
        yield served


def test_a_provider_that_answers_is_in_order(provider: Provider, run: Run) -> None:
    assert run("check").status == 0


def test_a_provider_of_another_name_is_told_with_that_name(provider: Provider, run: Run) -> None:
    provider.says = {"issuer": "https://accounts.wexcombe.example"}
    found = run("check")
    assert found.status == 3
    assert "console.providers.office: Office calls itself" in found.err
    assert "https://accounts.wexcombe.example" in found.err


def test_a_provider_that_does_not_answer_is_told(site: Path, run: Run) -> None:
    name_provider(site, "http://127.0.0.1:9")
    found = run("check")
    assert found.status == 3
    assert "console.providers.office: the provider does not answer" in found.err


@pytest.mark.parametrize(("command", "status"), [("check", 3), ("serve", 1)])
def test_a_secret_that_is_guessed_is_refused_alike(
    site: Path, run: Run, command: str, status: int
) -> None:
    config = site / "newsletter.toml"
    config.write_text(config.read_text().replace(SITE_SECRET, "passwordpassword1"))
    refused = run(command)
    assert refused.status == status
    assert "site.secret_key is made of common words" in refused.err
