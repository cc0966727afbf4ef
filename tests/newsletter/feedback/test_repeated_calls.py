"""An event that a provider tells many times at once counts once, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from support import add_subscriber, make_app

from newsletter.actions import feedback
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.errors import Conflict
from newsletter.staff import actors
from newsletter.transports.events import Event, EventKind, EventSource
from subscribers import consent, store
from subscribers.models import ConsentKind

ANN = "ann@example.org"


@pytest.fixture
def app(tmp_path: Path, database_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    made = make_app(tmp_path, database_url, clock)
    with made.database.write() as session:
        add_subscriber(session, ANN, clock.now())
    yield made
    made.close()


def test_a_departure_told_by_fifty_calls_at_once_is_recorded_once(app: Newsletter) -> None:
    provider = actors.provider("postmark")

    def tell(number: int) -> int:
        # A provider repeats a call, and tells the same departure by events of their own.
        event = Event(
            kind=EventKind.UNSUBSCRIBE,
            source=EventSource.WEBHOOK,
            recipient=ANN,
            provider_id=str(number % 5),
        )
        with suppress(Conflict):
            return feedback.record(app, provider, [event]).events
        return 0

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(tell, range(50))) == 5
    with app.database.read() as session:
        events = consent.history(session, store.by_address(session, ANN))
    assert [event.kind for event in events].count(ConsentKind.WITHDRAWN) == 1
