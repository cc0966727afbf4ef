"""`newsletter keys`: API keys of other programs."""

from datetime import timedelta
from typing import Any

import click

from newsletter.actions import keys as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.editions.dates import clock_time
from newsletter.queries.audit import who_is
from newsletter.staff import api_keys, store
from newsletter.staff.permissions import PERMISSIONS, ActorKind, Permission

SCOPES = click.Choice(sorted(str(scope) for scope in PERMISSIONS[ActorKind.KEY]))


@click.group()
def keys() -> None:
    """Let other programs bring articles in or read editions, by API keys."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_(program: Invocation, as_json: bool) -> None:
    """List all keys, the newest first; a key itself is shown only when it is made."""
    now, zone = program.clock.now(), program.config.site.timezone
    with program.database.read() as session:
        names = store.names(session)
        rows: list[dict[str, Any]] = [
            {
                "number": key.id,
                "name": key.name,
                "state": key.state(now),
                "scopes": ", ".join(key.scopes),
                "made_by": who_is(key.made_by, names),
                "made_at": key.made_at,
                "expires_at": key.expires_at,
                "used_at": key.used_at,
            }
            for key in api_keys.all_keys(session)
        ]
    if as_json:
        print_json(program, rows)
        return
    columns = ("number", "name", "state", "scopes", "made by", "expires", "used")
    table = [
        (
            row["number"],
            row["name"],
            row["state"],
            row["scopes"],
            row["made_by"],
            clock_time(row["expires_at"], zone) if row["expires_at"] else "never",
            clock_time(row["used_at"], zone) if row["used_at"] else "never",
        )
        for row in rows
    ]
    print_table(program, columns, table, "There is no key; see: newsletter keys make --help")


@keys.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=SCOPES, help="What it may do."
)
@click.option(
    "--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="Expires then."
)
@click.option("--never-expires", is_flag=True, help="It is good until it is revoked.")
@pass_program
def make(
    program: Invocation, name: str, scopes: tuple[str, ...], days: int, never_expires: bool
) -> None:
    """Make a key and print it, this once; NAME says what it is for.

    write: bring articles in. read: editions and their numbers. A program sends the key with each
    request, as “Authorization: Bearer KEY”, to /api/ of the site.
    """
    made = actions.make(
        program.app,
        program.actor,
        name=name,
        scopes=[Permission(scope) for scope in scopes],
        expires_at=None if never_expires else program.clock.now() + timedelta(days=days),
    )
    program.say(made.key)


@keys.command()
@click.argument("number", type=int)
@pass_program
def revoke(program: Invocation, number: int) -> None:
    """End a key at once and for good."""
    name = actions.revoke(program.app, program.actor, number)
    program.say(f"The API key “{name}” is revoked.")
