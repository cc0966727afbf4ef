"""A receiver that is killed loses nothing that it confirmed, and nothing counts twice."""

import os
import smtplib
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM

import pytest
from processes import Process, run
from reading.mails import dsn
from sqlalchemy import func, select
from support import make_app

from newsletter.actions import feedback
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.feedback.models import FeedbackEvent
from newsletter.feedback.recording import Recorded
from newsletter.staff.actors import provider
from newsletter.transports.events import Event, EventKind, EventSource

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
EVENTS = [
    Event(
        kind=EventKind.SUCCESS,
        source=EventSource.WEBHOOK,
        recipient=f"p{number}@wexcombe.example",
        provider_id=str(number),
        at=NOW,
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
            os.kill(os.getpid(), SIGKILL)
        yield event


@pytest.mark.parametrize("count", [150, 300])
def test_a_report_repeated_after_a_kill_is_recorded_once(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, count: int
) -> None:
    killed = run(tmp_path, Path(__file__), str(tmp_path), sqlite_url, str(count))
    assert killed.returncode == -SIGKILL
    tell(tmp_path, sqlite_url, clock, iter(EVENTS))
    app = make_app(tmp_path, sqlite_url, clock)
    with app.database.read() as session:
        stored = session.scalars(select(func.count()).select_from(FeedbackEvent)).one()
    app.close()
    assert stored == len(EVENTS)


REPORT = dsn()


def receive(folder: Path, url: str, clock: FixedClock, way: str, *, kill: bool) -> None:
    """Receive a report in one way, in a process of its own; killed once it is stored."""
    told, output = map(os.fdopen, os.pipe(), "rw")
    with told, output:
        process = Process(
            *(folder, Path(__file__).with_name("receiving.py"), way, str(folder), url),
            *(clock.now().isoformat(), "kill" if kill else "answer"),
            output=output.fileno(),
        )
        if way == "lmtp":
            port = int(told.readline())
            with (
                suppress(smtplib.SMTPException, ConnectionError),
                smtplib.LMTP("127.0.0.1", port, timeout=60) as client,
            ):
                client.sendmail("", ["bounces@wexcombe.example"], REPORT)
            if not kill:
                process.terminate()
        ended = process.wait(60)
    assert ended == (-SIGKILL if kill else {"lmtp": -SIGTERM, "maildir": 0}[way])


@pytest.mark.parametrize("way", ["lmtp", "maildir"])
def test_a_report_whose_receiver_is_killed_before_it_answers_counts_once(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, way: str
) -> None:
    new = tmp_path / "Maildir" / "new"
    new.mkdir(parents=True)
    (new / "1.mx").write_bytes(REPORT)
    receive(tmp_path, sqlite_url, clock, way, kill=True)
    # It was not confirmed, so that it is brought again.
    assert list(new.iterdir())
    receive(tmp_path, sqlite_url, clock, way, kill=False)
    app = make_app(tmp_path, sqlite_url, clock)
    with app.database.read() as session:
        kinds = session.scalars(select(FeedbackEvent.kind)).all()
    app.close()
    assert kinds == ["hard"]


def be_killed(folder: str, url: str, count: str) -> None:
    """Runs in a process of its own."""
    tell(Path(folder), url, FixedClock(NOW), killed_after(int(count)))
    # With all events it is killed between storing and answering.
    os.kill(os.getpid(), SIGKILL)


if __name__ == "__main__":
    be_killed(*sys.argv[1:])
