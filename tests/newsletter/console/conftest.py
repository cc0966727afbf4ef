"""A console on an empty SQLite database, at a pinned time."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import RecordingTransport, make_app

from newsletter.clock import FixedClock

# `console_support` beside this file is imported by name.
sys.path.append(str(Path(__file__).parent))

from console_support import Console


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def console(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Console]:
    app = make_app(tmp_path, sqlite_url, clock, transport=transport)
    with asyncio.Runner() as runner:
        yield Console(app=app, runner=runner)
    app.close()
