"""A site whose mails are recorded, and a subscriber with a link to their preferences."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import RecordingTransport, add_subscriber, make_app, preferences_path

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.transports.base import Mail

ADDRESS = "ann@example.org"


@pytest.fixture
def sent() -> list[Mail]:
    return []


@pytest.fixture
def program(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, sent: list[Mail]
) -> Iterator[Newsletter]:
    app = make_app(tmp_path, sqlite_url, clock, transport=RecordingTransport(taken=sent))
    yield app
    app.close()


@pytest.fixture
def ann(program: Newsletter, clock: FixedClock) -> int:
    with program.database.write() as session:
        return add_subscriber(session, ADDRESS, clock.now()).id


@pytest.fixture
def path(ann: int, clock: FixedClock) -> str:
    return preferences_path(ann, ADDRESS, clock.now())
