"""A long walk over the console by every role: python tests/fuzzing/console_walk.py STEPS [SEED].

Prints each fault with the seed that brings it again: an error of ours, a page without a way back,
a mail to somebody who should have none.
"""

import asyncio
import gc
import logging
import random  # noqa: TID251 - a seed brings a walk again
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path += [
    str(Path(__file__).parent),
    str(Path(__file__).parents[1]),
    str(Path(__file__).parents[1] / "newsletter" / "console"),
]

from console_support import Console
from console_walker import Chance, Step, Walker
from mail_witness import MailWitness
from sqlalchemy import update
from support import add_article, add_subscriber, make_app

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.migrations.running import upgrade
from newsletter.scheduling.digest_jobs import make_due_digests
from newsletter.staff.account_models import StaffSession
from newsletter.staff.permissions import Role

# After so many steps the clock goes on, and what is due is sent.
SENT_EVERY = 8
LATER = [timedelta(minutes=1), timedelta(minutes=6), timedelta(hours=20), timedelta(days=3)]
CONFIRMED = {"ann@wexcombe.example", "ben@wexcombe.example"}
# A site grows under the steps, and its pages with it: each walk has a new one.
STEPS_OF_A_WALK = 1000
START = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
# Pages make much that lives for one request: looking through it each time takes a tenth longer.
OBJECTS_BEFORE_COLLECTING = 50_000


@contextmanager
def office(
    folder: Path, database_url: str, clock: FixedClock, transport: MailWitness
) -> Iterator[Console]:
    """A console with stories and people, some of them with markup in their names."""
    app = make_app(folder, database_url, clock, transport=transport)
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


def faults_of_walk(
    console: Console, clock: FixedClock, transport: MailWitness, walker: Walker, steps: int
) -> Iterator[str]:
    """Walk, and let time pass; what is wrong, with the step that showed it."""
    chance = transport.chance = walker.chance
    for number, step in enumerate(walker.walk(steps), start=1):
        yield from (f"{fault}: {step.what}" for fault in _faults(step, walker))
        if number % SENT_EVERY == 0:
            clock.at += chance.choice(LATER)
            _stay_signed_in(console)
            make_due_digests(console.app)
            transport.send_due()
            yield from (f"{fault}: {step.what}" for fault in transport.faults)
            transport.faults.clear()


def _faults(step: Step, walker: Walker) -> Iterator[str]:
    if step.response.status_code >= 500:
        yield f"answer {step.response.status_code}"
    if walker.page is not None and not walker.has_way_on:
        yield "no way back"


def _stay_signed_in(console: Console) -> None:
    """However much later it is."""
    now = console.app.clock.now()
    with console.app.database.write() as session:
        session.execute(update(StaffSession).values(started_at=now, seen_at=now, proved_at=now))


def _walk(role: Role, steps: int, seed: int) -> tuple[int, set[str]]:
    """One walk on a site of its own: how many faults, and the pages that were seen."""
    chance: Chance = random.Random(seed)
    transport, clock, count = MailWitness(), FixedClock(START), 0
    with tempfile.TemporaryDirectory(prefix="newsletter-walk-") as name:
        url = f"sqlite:///{name}/newsletter.db"
        database = Database(url)
        upgrade(database)
        database.close()
        with office(Path(name), url, clock, transport) as console:
            walker = Walker(http=console.as_role(role).http, chance=chance)
            for fault in faults_of_walk(console, clock, transport, walker, steps):
                print(f"FAULT {role} seed {seed}: {fault[:600]}", flush=True)
                count += 1
    return count, set(walker.seen)


def main() -> int:
    """Walk so many steps in all; 1 if there was a fault."""
    steps, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    logging.disable(logging.WARNING)
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING)
    faults, done, seen, start = 0, 0, set[str](), time.monotonic()
    while done < steps:
        for role in Role:
            count, pages = _walk(role, STEPS_OF_A_WALK, seed)
            faults, done, seen = faults + count, done + STEPS_OF_A_WALK, seen | pages
            rate = done / (time.monotonic() - start)
            figures = f"{done} steps, {rate:.1f} a second, {len(seen)} pages, {faults} faults"
            print(figures, flush=True)
        seed += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
