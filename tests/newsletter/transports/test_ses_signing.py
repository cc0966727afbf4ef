"""Calls to SES are signed by the configured key, or by what the machine has."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from outcome_recorder import OutcomeRecorder, mail
from provider_servers import SesServer

from newsletter.errors import ConfigurationError
from newsletter.transports.base import TransportStopped

Load = Callable[..., Any]
# What botocore.session gives: credentials from the environment, or none.
SESSION = """
import os

class Credentials:
    access_key = os.environ.get("AWS_ACCESS_KEY_ID")
    secret_key = os.environ.get("AWS_SECRET_ACCESS_KEY")
    token = "temporary"

    def get_frozen_credentials(self):
        return self

class Session:
    def get_credentials(self):
        return Credentials() if Credentials.access_key else None

get_session = Session
"""


@pytest.fixture
def server() -> Iterator[SesServer]:
    with SesServer() as started:
        yield started


@pytest.fixture
def botocore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package in the place of botocore."""
    folder = tmp_path / "botocore"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "session.py").write_text(SESSION)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("botocore", "botocore.session"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def keyless(server: SesServer) -> dict[str, Any]:
    return {k: v for k, v in server.table.items() if k not in {"access_key", "secret_key"}}


@pytest.mark.usefixtures("botocore")
def test_without_a_key_those_of_the_machine_are_used(
    load: Load, server: SesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", str(server.table["access_key"]))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", str(server.table["secret_key"]))
    ledger = OutcomeRecorder()
    with load("ses", **keyless(server)).open() as session:
        session.send([mail()], ledger)
    # The server checks the signature.
    assert ledger.kinds == ["Accepted"]
    assert server.requests[0].headers["x-amz-security-token"] == "temporary"


@pytest.mark.usefixtures("botocore")
def test_a_machine_without_credentials_is_told_of(
    load: Load, server: SesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    with pytest.raises(TransportStopped, match="no AWS credentials"):
        load("ses", **keyless(server)).open()


@pytest.mark.parametrize("missing", ["access_key", "secret_key"])
def test_a_key_needs_its_secret(load: Load, server: SesServer, missing: str) -> None:
    table = {key: value for key, value in server.table.items() if key != missing}
    with pytest.raises(ConfigurationError, match="go together"):
        load("ses", **table)
