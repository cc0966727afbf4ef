"""`newsletter settings`: options kept in the database, with their origin and earlier values."""

import json
from dataclasses import asdict

import click

from newsletter.actions import settings as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.config.layers import Layer
from newsletter.errors import InvalidInput, ResourceNotFound
from newsletter.queries.settings import options as queries


@click.group()
def settings() -> None:
    """See and change options that newsletter.toml and the environment do not set."""


@settings.command("list")
@click.argument("table", default="")
@click.option("--all", "everything", is_flag=True, help="Also options at their default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_(program: Invocation, table: str, everything: bool, as_json: bool) -> None:
    """Show options with values and origins; of one TABLE, such as site or digests.friday."""
    with program.database.read() as session:
        options = [
            option
            for option in queries.options(session, program.app)
            if f"{option.key}.".startswith(f"{table}." if table else "")
            and (everything or option.origin is not Layer.DEFAULT)
        ]
    if as_json:
        print_json(program, [asdict(option) for option in options])
        return
    print_table(
        program,
        ("option", "value", "from", "changed", "by"),
        [
            (
                option.key,
                option.value,
                f"{option.origin.value}, locked" if option.is_locked else option.origin.value,
                option.changed_at and f"{option.changed_at:%Y-%m-%d %H:%M} UTC",
                option.changed_by,
            )
            for option in options
        ],
        "Everything is at its default; --all shows all options.",
    )


@settings.command()
@click.argument("key")
@pass_program
def get(program: Invocation, key: str) -> None:
    """Show the effective value of an option: text without quotes, others as TOML."""
    with program.database.read() as session:
        for option in queries.options(session, program.app):
            if option.key == key:
                program.say(_plain(option.value))
                return
    raise ResourceNotFound(f"{key}: no such option; newsletter settings list --all shows them")


@settings.command("set")
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE...")
@pass_program
def set_(program: Invocation, changes: tuple[str, ...]) -> None:
    """Set options, all or none: site.name="Wexcombe Forward" digests.friday.stories=5.

    Lists and tables are written as TOML: 'feeds.hubs=["https://hub.example"]'. A running serve or
    worker applies the change within two seconds.
    """
    values = {}
    for text in changes:
        key, mark, value = text.partition("=")
        if not mark:
            raise InvalidInput(f"{text}: write KEY=VALUE, such as site.name=Wexcombe")
        values[key.strip()] = value.strip()
    count = actions.change(program.app, program.actor, values)
    program.say(f"{count} changed." if count else "Nothing changed; they had these values.")


@settings.command()
@click.argument("key")
@pass_program
def unset(program: Invocation, key: str) -> None:
    """Unset an option, or every option of a table, such as digests.monday."""
    actions.unset(program.app, program.actor, key)
    program.say(f"{key} is unset.")


@settings.command()
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def history(program: Invocation, key: str, as_json: bool) -> None:
    """Show the earlier values of an option, who set them, and when."""
    with program.database.read() as session:
        changes = queries.history(session, program.app, key)
    if as_json:
        print_json(program, [asdict(value) for value in changes])
        return
    print_table(
        program,
        ("changed", "by", "value"),
        [
            (f"{v.changed_at:%Y-%m-%d %H:%M:%S} UTC", v.changed_by, v.value or "(unset)")
            for v in changes
        ],
        f"{key} was never set here.",
    )


def _plain(value: str) -> str:
    return str(json.loads(value)) if value.startswith('"') else value
