"""A killed import is repeated without duplicates."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support import CONFIG, SECRET

from newsletter.database import Database
from subscribers.models import ConsentEvent, ConsentKind, Subscriber, Suppression

# Two batches; of a hundred rows one is invalid, and one unsubscribed.
ROWS = 12_000
ENTERED, LEFT, REFUSED = 11_760, 120, 120


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Path:
    url = database.url.render_as_string(hide_password=False)
    text = CONFIG.format(secret=SECRET, database=url)
    (tmp_path / "newsletter.toml").write_text(text)
    with (tmp_path / "members.csv").open("w") as file:
        file.write("email,status\n")
        for number in range(ROWS):
            at = " at " if number % 100 == 0 else "@"
            state = "left" if number % 100 == 1 else "active"
            file.write(f"person{number}{at}wexcombe.example,{state}\n")
    return tmp_path


@contextmanager
def importing(site: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "newsletter", "subscribers", "import", "members.csv"]
    process = subprocess.Popen(
        [*command, "--consent", "paper forms"],
        cwd=site,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def told(process: subprocess.Popen[str]) -> str:
    """The next progress line: a batch has just been committed."""
    assert process.stderr is not None
    return next((line for line in process.stderr if line.startswith("Importing")), "")


def finished(site: Path) -> tuple[str, str]:
    with importing(site) as process:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    return out, err


def test_a_killed_import_can_be_repeated(database: Database, site: Path) -> None:
    with importing(site) as process:
        time.sleep(1)  # before or in the first batch: the result is the same
        process.send_signal(signal.SIGKILL)
    with importing(site) as process:
        told(process)
        process.send_signal(signal.SIGKILL)
    finished(site)
    with database.read() as session:
        people = session.scalar(select(func.count()).select_from(Subscriber))
        addresses = session.scalar(select(func.count(Subscriber.address.distinct())))
        events = session.execute(
            select(
                ConsentEvent.kind, func.count(), func.count(ConsentEvent.subscriber_id.distinct())
            )
            .group_by(ConsentEvent.kind)
            .order_by(ConsentEvent.kind)
        ).all()
        suppressed = session.scalar(select(func.count()).select_from(Suppression))
    assert people == addresses == ENTERED
    assert [tuple(row) for row in events] == [
        (ConsentKind.ASKED, ENTERED, ENTERED),
        (ConsentKind.GIVEN, ENTERED, ENTERED),
    ]
    assert suppressed == LEFT
    refused = (site / "members.csv.refused.csv").read_text().splitlines()
    assert len(refused) == 1 + REFUSED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_interrupted_import_says_to_run_it_again(database: Database, site: Path) -> None:
    # A run of tests in the background ignores the signal, and its processes inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with importing(site) as process:
        signal.signal(signal.SIGINT, before)
        told(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "run this again" in err
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber))
