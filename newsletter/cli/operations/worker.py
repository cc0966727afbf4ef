"""`newsletter worker`: sends what `newsletter serve` hands out, on as many machines as wanted."""

import logging
import time

import click

from newsletter.cli.context import Program, pass_program
from newsletter.cli.sending.foreground import stopping_on_signals
from newsletter.errors import ConfigurationError, StorageError
from newsletter.logging import log_to_stderr
from newsletter.migrations.running import is_current

LOOK_FOR_A_SIGNAL_SECONDS = 0.2


@click.command()
@click.option(
    "--connections",
    type=click.IntRange(1, 1000),
    help="Mails under way at once; otherwise as many as the busiest transport has connections.",
)
@pass_program
def worker(program: Program, connections: int | None) -> None:
    """Send shards of editions until interrupted; any number of machines may.

    Needs cluster.broker, PostgreSQL and the extra newsletter[cluster].
    """
    from newsletter.scheduler import start_recovery

    app = program.app
    app.check()
    if app.cluster is None:
        raise ConfigurationError(
            "cluster.broker is not set, so nothing is handed out to workers; "
            "set it, or use newsletter serve alone"
        )
    if not is_current(app.database):
        raise StorageError("the database is not up to date; run: newsletter db upgrade")
    log_to_stderr(logging.INFO)
    most = max((app.transport(name).connections for name in app.config.transports), default=1)
    recovery = start_recovery(app)
    stopping = False

    def stop() -> None:
        nonlocal stopping
        stopping = True
        app.engine.stop()

    with stopping_on_signals(stop), app.cluster.working(connections or most):
        program.warn(f"Waiting for mails to send, {connections or most} at once.")
        while not stopping:
            time.sleep(LOOK_FOR_A_SIGNAL_SECONDS)
    recovery.shutdown(wait=True)
