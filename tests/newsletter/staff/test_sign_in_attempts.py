"""Attempts to sign in are counted before they are looked at, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support import make_app

from newsletter.actions import sessions
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.errors import TooManyAttempts
from newsletter.staff.actors import VISITOR


@pytest.fixture
def app(tmp_path: Path, database_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    made = make_app(tmp_path, database_url, clock)
    yield made
    made.close()


def attempt(app: Newsletter) -> int:
    return sessions.attempt(app, VISITOR, account="ann", network="home")


def test_of_many_attempts_at_once_five_are_looked_at(app: Newsletter) -> None:
    def is_looked_at(_number: int) -> bool:
        try:
            attempt(app)
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(is_looked_at, range(50))) == 5


def test_attempts_that_have_not_failed_are_not_counted(app: Newsletter) -> None:
    for _ in range(5):
        sessions.refund(app, VISITOR, attempt(app))
    assert attempt(app)
