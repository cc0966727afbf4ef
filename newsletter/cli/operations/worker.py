"""`newsletter worker`: sends tasks of the queue that `newsletter serve` fills, on any machine."""

import logging
import time

import click

from newsletter.app import Newsletter
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.sending.foreground import stopping_on_signals
from newsletter.errors import ConfigurationError, StorageError
from newsletter.logging import log_to_stderr
from newsletter.migrations.running import is_current

SIGNAL_POLL_SECONDS = 0.2


@click.command()
@click.option(
    "--connections",
    type=click.IntRange(1, 1000),
    help="Mails in progress at once; default: the largest number of connections of a transport.",
)
@pass_program
def worker(program: Invocation, connections: int | None) -> None:
    """Send shards of editions until interrupted; any number of machines may.

    Needs cluster.broker, PostgreSQL and the extra newsletter[cluster].
    """
    from newsletter.reloading import SettingsWatcher

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
    working = _WorkerLoop(app)
    with stopping_on_signals(working.stop), SettingsWatcher(app, working.restart_with):
        while working.is_running:
            most = working.connections if connections is None else connections
            program.warn(f"Waiting for mails to send, {most} at once.")
            working.work(most)


class _WorkerLoop:
    """Works until a signal; changed settings restart it."""

    def __init__(self, app: Newsletter) -> None:
        self._app = app
        self._next = app
        self.is_running = True

    @property
    def connections(self) -> int:
        """The largest number of connections of a transport."""
        names = self._next.config.transports
        return max((self._next.transport(name).connections for name in names), default=1)

    def stop(self) -> None:
        """Finish the mails in progress and end; called by a signal handler."""
        self.is_running = False
        self._app.engine.stop()

    def restart_with(self, app: Newsletter) -> None:
        """Finish the mails in progress, then restart with these settings; thread-safe."""
        self._next = app
        self._app.engine.stop()

    def work(self, connections: int) -> None:
        """Take tasks until a signal or changed settings."""
        from newsletter.scheduling.scheduler import start_recovery

        app = self._app = self._next
        if app.cluster is None:  # the file was changed without a restart
            self.is_running = False
            return
        recovery = start_recovery(app)
        with app.cluster.working(connections):
            while self.is_running and self._next is app:
                time.sleep(SIGNAL_POLL_SECONDS)
        recovery.shutdown(wait=True)
