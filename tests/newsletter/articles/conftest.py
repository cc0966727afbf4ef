"""Fixtures of the article tests; `expectations` beside this file is imported by name."""

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

sys.path.append(str(Path(__file__).parent))

from newsletter.articles.importers.base import ImportContext


@pytest.fixture
def context() -> ImportContext:
    return ImportContext(zone=ZoneInfo("Europe/London"), base_url="https://wexcombe.example")
