"""What the transport tests share; helpers stand beside this file and are imported by name."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from certificates import Certificates
from faulty_smtp import FaultySmtp
from postmark_server import PostmarkServer

from newsletter.transports.base import Transport
from newsletter.transports.registry import load_transport


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def faulty_smtp() -> Iterator[Callable[..., FaultySmtp]]:
    """Starts SMTP servers that behave as told."""
    started: list[FaultySmtp] = []

    def start(*args: Any, **kwargs: Any) -> FaultySmtp:
        started.append(FaultySmtp(*args, **kwargs))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def postmark() -> Iterator[PostmarkServer]:
    with PostmarkServer() as server:
        yield server


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Transport]:
    """Makes a transport as the configuration file would."""

    def load(kind: str, environment: dict[str, str] | None = None, **table: Any) -> Transport:
        path = tmp_path / "newsletter.toml"
        return load_transport("main", {"kind": kind, **table}, path, environment or {})

    return load
