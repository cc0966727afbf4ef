"""`newsletter transports`: how mail leaves, and who tells what became of it."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from time import sleep

import click

from newsletter.actions import settings
from newsletter.actions import transports as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.errors import Conflict
from newsletter.queries.settings import transports as queries

# A running site has a new setting within two seconds.
TAKEN_UP_SECONDS = 3


@click.group()
def transports() -> None:
    """See how mail leaves, have providers tell of bounces, and remove transports."""


@transports.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_(program: Invocation, as_json: bool) -> None:
    """List the transports, and whether their provider tells of bounces."""
    transports = list(queries.transports(program.app))
    if as_json:
        print_json(program, [asdict(view) for view in transports])
        return
    print_table(
        program,
        ("transport", "kind", "webhook", "calls"),
        [(view.name, view.kind, view.webhook, _state(view)) for view in transports],
        "There is no transport; add a table [transports.NAME] with its kind.",
    )


def _state(view: queries.TransportView) -> str:
    if view.problem:
        return f"wrong: {view.problem}"
    if view.missing:
        return f"refused until {' and '.join(view.missing)} is set: newsletter transports connect"
    return "taken" if view.webhook else ""


@transports.command()
@click.argument("name")
@pass_program
def connect(program: Invocation, name: str) -> None:
    """Have the provider of a transport tell this site of bounces and complaints.

    Registers the site's address by the provider's API and keeps what proves its calls as a setting.
    Running it again is harmless.
    """
    for view in list(queries.transports(program.app)):
        if view.name == name and "webhook_password" in view.missing:
            _set(program, name, {"webhook_password": secrets.token_urlsafe(24)})
            # SparkPost makes a call at once, and the site has to know the password by then.
            sleep(TAKEN_UP_SECONDS)
            program = Invocation(program.config_path)
    connection = actions.connect(program.app, program.actor, name)
    for step in connection.done:
        program.say(step)
    _set(program, name, connection.options)


@transports.command()
@click.argument("name")
@pass_program
def remove(program: Invocation, name: str) -> None:
    """Remove a transport that is kept in the settings, while no mail leaves by it."""
    settings.remove_transport(program.app, program.actor, name)
    program.say(f"{name} is removed.")


def _set(program: Invocation, name: str, options: Mapping[str, str]) -> None:
    """Keep options of a transport as settings, or say what to write into the file."""
    there = program.config.transports[name]
    options = {key: value for key, value in options.items() if there.get(key) != value}
    changes = {f"transports.{name}.{key}": value for key, value in options.items()}
    if not changes:
        return
    try:
        settings.change(program.app, program.actor, changes)
    except Conflict as error:
        lines = "\n".join(f'{key} = "{value}"' for key, value in options.items())
        raise Conflict(
            f"the transport stands in the file; write this into [transports.{name}] there, and "
            f"run the command again:\n{lines}"
        ) from error
    program.say(f"set {', '.join(changes)}")
