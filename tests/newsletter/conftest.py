"""A site with articles and subscribers, and a recording transport."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def app(
    tmp_path: Path, database_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Newsletter]:
    """Two articles; Ann takes everything, Ben housing only, Cat events only."""
    site = make_app(tmp_path, database_url, clock, transport=transport)
    with site.database.write() as session:
        add_article(session, "Homes", clock.now(), topics=["housing"])
        add_article(session, "Buses", clock.now(), topics=["transport"])
        add_subscriber(session, "ann@wexcombe.example", clock.now(), name="Ann")
        add_subscriber(session, "ben@wexcombe.example", clock.now(), topics=["housing"])
        add_subscriber(session, "cat@wexcombe.example", clock.now(), topics=["events"])
    yield site
    site.close()
