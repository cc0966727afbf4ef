"""Helpers of the tests of actions: a site that any action can change."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import RecordingTransport, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock

# `changes` beside this file is imported by name.
sys.path.append(str(Path(__file__).parent))

EXTRA = """
[joining]
changed = true
[each_article]
is_on = true
[sources.neighbours]
url = "https://neighbours.example/rss"
"""


@pytest.fixture
def app(tmp_path: Path, database_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    site = make_app(tmp_path, database_url, clock, EXTRA, RecordingTransport())
    yield site
    site.close()
