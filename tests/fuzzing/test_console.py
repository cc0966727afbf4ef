"""Whatever anybody presses and types in the console, it answers, and mails nobody it may not."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from support import add_article, add_subscriber, make_app

from newsletter.clock import FixedClock
from newsletter.scheduling.digest_jobs import make_due_digests
from newsletter.staff.account_models import StaffSession
from newsletter.staff.permissions import Role

sys.path += [
    str(Path(__file__).parent),
    str(Path(__file__).parents[1] / "newsletter" / "console"),
]

from console_support import Console
from console_walker import Chance, Walker
from mail_witness import MailWitness

STEPS = 40
# After so many steps the clock goes on, and what is due is sent.
SENT_EVERY = 8
LATER = [timedelta(minutes=1), timedelta(minutes=6), timedelta(hours=20), timedelta(days=3)]
CONFIRMED = {"ann@wexcombe.example", "ben@wexcombe.example"}


@pytest.fixture
def transport() -> MailWitness:
    return MailWitness()


@pytest.fixture
def console(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: MailWitness
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
    transport.app = app
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
def test_no_step_ends_in_an_error_of_ours_or_mails_anybody_unwanted(
    console: Console, clock: FixedClock, transport: MailWitness, role: Role, chance: Chance
) -> None:
    transport.chance = chance
    walker = Walker(http=console.as_role(role).http, chance=chance)
    for number, step in enumerate(walker.walk(STEPS), start=1):
        assert step.response.status_code < 500, step.what
        if number % SENT_EVERY == 0:
            clock.at += chance.choice(LATER)
            stay_signed_in(console)
            make_due_digests(console.app)
            transport.send_due()
            assert transport.faults == [], step.what


def stay_signed_in(console: Console) -> None:
    """However much later it is."""
    now = console.app.clock.now()
    with console.app.database.write() as session:
        session.execute(update(StaffSession).values(started_at=now, seen_at=now, proved_at=now))
