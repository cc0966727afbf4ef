"""A site that sends bulletins, told of what became of them."""

import sys
from pathlib import Path

import pytest
from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.clock import FixedClock

# `sent_site` beside this file is imported by name.
sys.path.append(str(Path(__file__).parent))

from sent_site import Site


@pytest.fixture
def site(app: Newsletter, clock: FixedClock, transport: RecordingTransport) -> Site:
    return Site(app, clock, transport)
