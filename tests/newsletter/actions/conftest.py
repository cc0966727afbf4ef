"""Helpers of the tests of actions: a site that any action can change."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.app import Newsletter

# The modules beside this file are imported by name.
sys.path.append(str(Path(__file__).parent))

from action_site import make_site


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Newsletter]:
    site = make_site(tmp_path, database_url)
    yield site
    site.close()
