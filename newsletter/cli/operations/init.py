"""`newsletter init`: the file of a new site, its database, and its first settings."""

import secrets
from pathlib import Path
from typing import Any

import click

from newsletter.actions import settings
from newsletter.cli.context import Invocation, pass_program
from newsletter.config.example import TransportKind, tables, write_example, write_start
from newsletter.errors import Conflict, StorageError
from newsletter.migrations.running import upgrade
from newsletter.transports.registry import KINDS, transport_class

DEFAULT_NAME = "Our newsletter"
DEFAULT_ADDRESS = "news@example.org"
DEFAULT_SETTINGS = {
    "transports.default.kind": "smtp",
    "transports.default.host": "localhost",
    "digests.friday.name": "The Friday digest",
}
"""A new site has one transport and one digest."""


@click.command()
@click.option("--name", default=DEFAULT_NAME, help="The organisation's name.")
@click.option("--base-url", default="http://127.0.0.1:8000", help="The site's public address.")
@click.option("--address", default=DEFAULT_ADDRESS, help="The address mails are from.")
@pass_program
def init(program: Invocation, name: str, base_url: str, address: str) -> None:
    """Write newsletter.toml, create the database, and set what a new site needs."""
    path = program.config_path
    if path.exists():
        raise Conflict(f"{path} exists already; nothing was changed")
    make_site(program, base_url, name=name, address=address)
    program.say(f"{path} and the database are made. Next:")
    program.say("  1. newsletter settings set site.imprint.promoter=... \\")
    program.say("       site.imprint.promoter_address=... transports.default.host=...")
    program.say("  2. newsletter check")
    program.say("  3. newsletter articles import FOLDER")
    program.say("  4. newsletter serve")


def make_site(
    program: Invocation, base_url: str, *, name: str = DEFAULT_NAME, address: str = DEFAULT_ADDRESS
) -> None:
    """Make the configuration, the database and the first settings of a new site."""
    write_config(program.config_path, {"site.base_url": base_url})
    upgrade(program.database)
    chosen = {"site.name": name, "senders.default.address": address}
    settings.change(program.app, program.actor, DEFAULT_SETTINGS | chosen)


def example_text(values: dict[str, Any]) -> str:
    """The commented configuration with these values in place of the defaults."""
    return write_example(tables(transport_kinds(), values))


def transport_kinds() -> list[TransportKind]:
    """The shipped transports, SMTP first."""
    kinds = sorted(KINDS, key=lambda kind: (kind != "smtp", kind))
    return [TransportKind(kind=k, options=transport_class(k).Options) for k in kinds]


def write_config(path: Path, values: dict[str, Any]) -> None:
    """Write the file of a new site, with a new secret key.

    Raises:
        StorageError: the file cannot be written.
    """
    text = write_start({"site.secret_key": secrets.token_urlsafe(32)} | values)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The file holds the secret that signs every link.
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
