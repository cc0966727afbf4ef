"""`newsletter db`: create and upgrade the database."""

import click

from newsletter.cli.context import Invocation, pass_program
from newsletter.migrations.running import current_revision, upgrade


@click.group()
def db() -> None:
    """Create or upgrade the database."""


@db.command("upgrade")
@pass_program
def upgrade_database(program: Invocation) -> None:
    """Create the database, or upgrade it to this version. Safe to repeat."""
    before = current_revision(program.database)
    after = upgrade(program.database)
    change = "is up to date" if before == after else f"was upgraded from {before or 'nothing'}"
    program.say(f"The database {change} ({after}).")


@db.command()
@pass_program
def status(program: Invocation) -> None:
    """Show the version of the database schema."""
    program.say(current_revision(program.database) or "empty; run: newsletter db upgrade")
