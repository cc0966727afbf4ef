"""Sends an edition in the foreground, with progress, until it is finished or held."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

from newsletter.actions import editions
from newsletter.cli.context import Invocation
from newsletter.cli.exit_statuses import DONE, INCOMPLETE
from newsletter.cli.output import count_line
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.ledger.shares import transports_of
from newsletter.delivery.monitoring import status_report
from newsletter.editions import store
from newsletter.editions.dates import clock_time
from newsletter.editions.models import EditionState


def send_in_foreground(program: Invocation, number: int) -> int:
    """Send an edition now; exit status 0 if everybody was sent it, else 3."""
    engine = program.app.engine
    total = editions.start(program.app, program.actor, number)
    with (
        program.progress(f"edition {number}", total) as progress,
        stopping_on_signals(engine.stop),
    ):
        engine.send(number, progress.advance)
    return _report(program, number)


def _report(program: Invocation, number: int) -> int:
    with program.database.read() as session:
        edition = store.by_id(session, number)
        counts = ledger_store.counts(session, number)
        later = ledger_store.next_attempt(session, number)
        transports = transports_of(program.config.routes, edition.transport)
        transport_problems = status_report.transport_problems(
            session, transports, program.clock.now()
        )
    program.say(f"Edition {number} is {edition.state.value}: {count_line(counts)}.")
    for ailment in transport_problems:
        program.say(ailment)
    zone = program.config.site.timezone
    _explain_rest(program, number, edition.state, later, zone)
    is_done = edition.state is EditionState.SENT
    reached = set(counts) <= {DeliveryState.SENT, DeliveryState.SKIPPED}
    return DONE if is_done and reached else INCOMPLETE


def _explain_rest(
    program: Invocation, number: int, state: EditionState, later: datetime | None, zone: str
) -> None:
    if later is not None:
        program.say(
            f"Deferred deliveries are tried again from {clock_time(later, zone)} by "
            f"`newsletter serve`, or by: newsletter editions send {number}"
        )
    elif state is EditionState.PAUSED:
        program.say(f"It goes on with: newsletter editions resume {number}")
    elif state is EditionState.SENDING:
        program.say(f"What is waiting goes on with: newsletter editions send {number}")


@contextmanager
def stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Stop cleanly on SIGTERM and SIGINT while the block runs."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stop()

    before = {s: signal.signal(s, handle) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
