"""Whatever anybody presses and types in the console, it answers."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.clock import FixedClock
from newsletter.staff.permissions import Role

sys.path += [
    str(Path(__file__).parent),
    str(Path(__file__).parents[1] / "newsletter" / "console"),
]

from console_support import Console
from console_walker import Chance, Walker

STEPS = 40
CONFIRMED = {"ann@wexcombe.example", "ben@wexcombe.example"}


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def console(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Console]:
    """A console with stories and people, some of them with markup in their names."""
    app = make_app(tmp_path, sqlite_url, clock, transport=transport)
    with app.database.write() as session:
        for number, title in enumerate(("Homes", "<i>Buses</i>", "Trees"), start=1):
            at = clock.now() - timedelta(hours=number)
            add_article(session, title, at, topics=["homes"])
        for address in sorted(CONFIRMED):
            add_subscriber(session, address, clock.now(), name="<b>Ann</b>", topics=["homes"])
        add_subscriber(session, "pat@wexcombe.example", clock.now(), proven=False)
    with asyncio.Runner() as runner:
        yield Console(app=app, runner=runner)
    app.close()


@pytest.mark.parametrize("role", list(Role))
@settings(
    max_examples=max(1, settings().max_examples // 100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chance=st.randoms(use_true_random=True))
def test_no_step_ends_in_an_error_of_ours(console: Console, role: Role, chance: Chance) -> None:
    walker = Walker(http=console.as_role(role).http, chance=chance)
    for step in walker.walk(STEPS):
        assert step.response.status_code < 500, step.what
