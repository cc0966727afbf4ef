"""A receiver that is killed loses nothing that it confirmed, and nothing counts twice."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support import make_app

from newsletter.actions import feedback
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.feedback.models import FeedbackEvent
from newsletter.feedback.recording import Recorded
from newsletter.staff.actors import provider
from newsletter.transports.events import Event, EventKind, EventSource

EVENTS = [
    Event(
        kind=EventKind.SUCCESS,
        source=EventSource.WEBHOOK,
        recipient=f"p{number}@wexcombe.example",
        provider_id=str(number),
        at=datetime(2026, 11, 26, 9, tzinfo=UTC),
    )
    for number in range(300)
]


def tell(folder: Path, url: str, clock: FixedClock, events: Iterator[Event]) -> Recorded:
    app: Newsletter = make_app(folder, url, clock)
    try:
        return feedback.record(app, provider("default"), events)
    finally:
        app.close()


def killed_after(count: int) -> Iterator[Event]:
    """The events, of which the process does not survive so many."""
    for number, event in enumerate(EVENTS):
        if number == count:
            os.kill(os.getpid(), signal.SIGKILL)
        yield event


@pytest.mark.parametrize("count", [0, 150, 299, 300])
def test_what_is_told_again_after_a_kill_is_there_once(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, count: int
) -> None:
    child = os.fork()
    if child == 0:
        # With all events it is killed between storing and answering.
        tell(tmp_path, sqlite_url, clock, killed_after(count))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    tell(tmp_path, sqlite_url, clock, iter(EVENTS))
    app = make_app(tmp_path, sqlite_url, clock)
    with app.database.read() as session:
        stored = session.scalars(select(func.count()).select_from(FeedbackEvent)).one()
    app.close()
    assert stored == len(EVENTS)
