"""A site with a few articles."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support import add_article

from newsletter.clock import FixedClock
from newsletter.config.loading import parse_config
from newsletter.config.options import Config
from newsletter.database import Database

CONFIG = """
[site]
name = "Wexcombe Forward"
description = "News for Little Wexcombe."
base_url = "https://wexcombe.example"
tag = "wexcombe.example,2026"
[site.imprint]
promoter = "M. Hallam"
promoter_address = "4 Mill Lane"
on_behalf_of = "Wexcombe Forward"
on_behalf_of_address = "The Corn Exchange"
[feeds]
entries = 3
"""


@pytest.fixture
def config() -> Config:
    return parse_config(CONFIG, Path("newsletter.toml"), {})


@pytest.fixture
def filled(sqlite_url: str, clock: FixedClock) -> Iterator[Database]:
    """Four articles, one a day, the last two on housing."""
    database = Database(sqlite_url)
    with database.write() as session:
        for day, title, topics in (
            (1, "Trees planted", ("environment",)),
            (2, "Bus runs late", ("transport",)),
            (3, "Flats let", ("housing",)),
            (4, "Homes agreed", ("housing", "council")),
        ):
            when = datetime(2026, 11, day, 9, 0, tzinfo=UTC)
            add_article(session, title, when, topics=topics, image_url="https://x.example/a.png")
    yield database
    database.close()
