"""`newsletter feeds`: the feeds as static files."""

from pathlib import Path

import click

from newsletter.cli.context import Program, pass_program
from newsletter.feeds.files import write_feeds


@click.group()
def feeds() -> None:
    """Write the feeds as files."""


@feeds.command()
@click.argument("folder", type=click.Path(path_type=Path))
@pass_program
def write(program: Program, folder: Path) -> None:
    """Write every feed into FOLDER, the same bytes that the site serves."""
    with program.database.read() as session:
        written = write_feeds(session, program.config, folder)
    program.say(f"{len(written)} feeds written to {folder}")
