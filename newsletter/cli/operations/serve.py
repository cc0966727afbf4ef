"""`newsletter serve`: site, schedule and sender in one process."""

import logging

import click

from newsletter.cli.context import Program, pass_program
from newsletter.errors import StorageError
from newsletter.logging import log_to_stderr
from newsletter.migrations.running import is_current


@click.command()
@click.option("--host", help="Address to listen on; otherwise web.host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; otherwise web.port.")
@click.option("--no-schedule", is_flag=True, help="Only the site: no digests, no sending.")
@pass_program
def serve(program: Program, host: str | None, port: int | None, no_schedule: bool) -> None:
    """Run the site, the schedule and the sender until interrupted."""
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


def run_site(program: Program, host: str, port: int, *, with_schedule: bool) -> None:
    """Serve until a signal; then finish the mails under way and stop."""
    from newsletter.scheduler import start_scheduler

    log_to_stderr(logging.INFO)
    program.warn(f"Serving http://{host}:{port}/ until interrupted.")
    scheduler = start_scheduler(program.app) if with_schedule else None
    try:
        _serve(program, host, port)
    except SystemExit as stopped:
        # uvicorn ends the process itself when the port is taken, after logging why.
        if stopped.code:
            raise StorageError(f"cannot listen on {host}:{port}; is it in use already?") from None
    finally:
        if scheduler is not None:
            program.app.engine.stop()
            scheduler.shutdown(wait=True)


def _serve(program: Program, host: str, port: int) -> None:
    """The site in this process, or in as many as configured; then this one only minds them."""
    from newsletter.web.process import FACTORY, prepare_workers
    from newsletter.web.routes import create_site
    from newsletter.web.server import run_server

    workers, base_url = program.config.web.workers, program.config.site.base_url
    if workers == 1:
        run_server(create_site(program.app), host, port, base_url=base_url)
        return
    prepare_workers(program.config_path)
    run_server(FACTORY, host, port, base_url=base_url, workers=workers)
