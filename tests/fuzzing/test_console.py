"""Whatever anybody presses and types in the console, it answers, and mails nobody it may not."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.clock import FixedClock
from newsletter.staff.permissions import Role

sys.path += [
    str(Path(__file__).parent),
    str(Path(__file__).parents[1] / "newsletter" / "console"),
]

from console_support import Console
from console_walk import faults_of_walk, office
from console_walker import Chance, Walker
from mail_witness import MailWitness

STEPS = 40


@pytest.fixture
def transport() -> MailWitness:
    return MailWitness()


@pytest.fixture
def console(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: MailWitness
) -> Iterator[Console]:
    with office(tmp_path, sqlite_url, clock, transport) as console:
        yield console


@pytest.mark.parametrize("role", list(Role))
@settings(
    # On one site, which grows: more in one test would take longer than a test may.
    max_examples=max(1, settings().max_examples // 500),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chance=st.randoms(use_true_random=True))
def test_no_step_ends_in_an_error_of_ours_or_mails_anybody_unwanted(
    console: Console, clock: FixedClock, transport: MailWitness, role: Role, chance: Chance
) -> None:
    walker = Walker(http=console.as_role(role).http, chance=chance)
    assert list(faults_of_walk(console, clock, transport, walker, STEPS)) == []
