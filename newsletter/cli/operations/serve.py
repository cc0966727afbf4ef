"""`newsletter serve`: site, schedule and sender in one process."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.app import Newsletter
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.operations.init import make_site
from newsletter.cli.operations.staff import setup_link_of
from newsletter.cli.sending.foreground import stopping_on_signals
from newsletter.errors import StorageError
from newsletter.logging import log_to_stderr
from newsletter.migrations.running import is_current
from newsletter.serving.live import LiveSite

if TYPE_CHECKING:
    from newsletter.feedback.receivers.lmtp import LmtpServer

DEFAULT_PORT = 8000


@click.command()
@click.option("--host", help="Address to listen on; otherwise web.host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; otherwise web.port.")
@click.option("--no-schedule", is_flag=True, help="Only the site: no digests, no sending.")
@pass_program
def serve(program: Invocation, host: str | None, port: int | None, no_schedule: bool) -> None:
    """Run the site, the schedule and the sender until interrupted.

    In an empty folder a new site is made; the rest is asked for in the console.
    """
    if is_empty(program.config_path.absolute().parent):
        make_site(program, f"http://127.0.0.1:{port or DEFAULT_PORT}")
        program.warn(f"A new site is made: {program.config_path} and its database.")
    app, web = program.app, program.config.web
    app.check()
    if not is_current(app.database):
        raise StorageError("the database is not up to date; run: newsletter db upgrade")
    run_site(
        program,
        web.host if host is None else host,
        web.port if port is None else port,
        with_schedule=not no_schedule,
    )


def is_empty(folder: Path) -> bool:
    """Whether a folder is there, with nothing in it."""
    return folder.is_dir() and not any(folder.iterdir())


def run_site(program: Invocation, host: str, port: int, *, with_schedule: bool) -> None:
    """Serve until a signal; then finish the mails in progress and stop."""
    from newsletter.reloading import SettingsWatcher

    log_to_stderr(logging.INFO)
    program.warn(f"Serving http://{host}:{port}/ until interrupted.")
    if link := setup_link_of(program):
        program.warn(f"Set the console up, within two days: {link}")
    site = LiveSite(program.app) if program.config.web.workers == 1 else None
    running = _Background(program.app) if with_schedule else None

    def apply(app: Newsletter) -> None:
        if site is not None:
            site.replace(app)
        if running is not None:
            running.replace(app)

    try:
        # uvicorn raises the signal again once its connections are closed (0.29 and later): by the
        # default action the process would end there, with mails under way.
        with stopping_on_signals(lambda: None), SettingsWatcher(program.app, apply):
            _serve(program, site, host, port)
    except SystemExit as stopped:
        # uvicorn exits when the port is taken, after logging why.
        if stopped.code:
            raise StorageError(f"cannot listen on {host}:{port}; is it in use already?") from None
    finally:
        if running is not None:
            running.stop()


class _Background:
    """Scheduler and sender, replaced when the settings change."""

    def __init__(self, app: Newsletter) -> None:
        from newsletter.scheduling.scheduler import start_scheduler

        self._start = start_scheduler
        self._app = app
        self._scheduler = start_scheduler(app)
        self._lmtp = self._listen()

    def _listen(self) -> "LmtpServer | None":
        """Take in bounces by LMTP, where that is configured."""
        app = self._app
        if not app.config.feedback.lmtp:
            return None
        from newsletter.actions import feedback
        from newsletter.feedback.receivers.lmtp import LmtpServer
        from newsletter.staff.actors import SCHEDULE

        def store(content: bytes, recipients: Sequence[str]) -> None:
            feedback.receive(self._app, SCHEDULE, content, recipients)

        return LmtpServer(app.config.feedback.lmtp, store).__enter__()

    def _stop_listening(self) -> None:
        listening, self._lmtp = self._lmtp, None
        if listening is not None:
            listening.__exit__(None, None, None)

    def replace(self, app: Newsletter) -> None:
        """Restart with other settings; running jobs end and release their claims."""
        self._app.engine.stop()
        self._scheduler.shutdown(wait=False)
        self._stop_listening()
        self._app, self._scheduler = app, self._start(app)
        self._lmtp = self._listen()

    def stop(self) -> None:
        self._stop_listening()
        self._app.engine.stop()
        self._scheduler.shutdown(wait=True)


def _serve(program: Invocation, site: LiveSite | None, host: str, port: int) -> None:
    """Serve in this process, or supervise `web.workers` processes."""
    from newsletter.http.server import run_server
    from newsletter.serving.process import FACTORY, prepare_workers

    base_url = program.config.site.base_url
    if site is not None:
        run_server(site, host, port, base_url=base_url)
        return
    prepare_workers(program.config_path)
    run_server(FACTORY, host, port, base_url=base_url, workers=program.config.web.workers)
