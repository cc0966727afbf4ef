"""newsletter media: list, add, describe, prune."""

from pathlib import Path
from typing import Any

import click

from newsletter.actions import media as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.errors import InvalidInput
from newsletter.media import store
from newsletter.media.markup import path_of
from newsletter.media.models import MediaItem

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
NOT_SAID = "(not described)"


@click.group()
def media() -> None:
    """List, add, describe and prune the pictures of articles."""


@media.command("list")
@click.argument("words", default="")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@as_json
@pass_program
def list_(program: Invocation, words: str, limit: int, as_json: bool) -> None:
    """Show the pictures, newest first; WORDS: part of their name or description."""
    with program.database.read() as session:
        items = store.page(session, words=words, limit=limit)
    base_url = program.config.site.base_url
    if as_json:
        print_json(program, [_summary(item, base_url) for item in items])
        return
    rows = [
        (
            item.id,
            item.created_at.date(),
            f"{item.widest.width}×{item.widest.height}",
            item.name,
            NOT_SAID if item.alt is None else item.alt,
        )
        for item in items
    ]
    print_table(program, ("No", "Date", "Size", "File", "Description"), rows, "no pictures")


@media.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--alt", help="What the picture shows; empty: it only decorates.")
@as_json
@pass_program
def add(program: Invocation, files: tuple[Path, ...], alt: str | None, as_json: bool) -> None:
    """Store pictures: JPEG, PNG, GIF, WebP, AVIF or HEIC; prints their addresses."""
    base_url, added = program.config.site.base_url, []
    for path in files:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
        try:
            item = actions.add(program.app, program.actor, content, path.name, alt)
        except InvalidInput as error:
            raise InvalidInput(f"{path}: {error}") from error
        added.append(_summary(item, base_url))
        if not as_json:
            program.say(f"picture {item.id}: {base_url}{path_of(item.widest)}")
    if as_json:
        print_json(program, added)


@media.command("describe")
@click.argument("number", type=int)
@click.argument("alt")
@pass_program
def describe(program: Invocation, number: int, alt: str) -> None:
    """Say what a picture shows, for those who cannot see it; empty: it only decorates.

    It is used wherever the picture is put in from now on.
    """
    item = actions.describe(program.app, program.actor, number, alt)
    program.say(f"picture {item.id}: {item.alt or 'it only decorates'}")


@media.command("prune")
@pass_program
def prune(program: Invocation) -> None:
    """Remove pictures older than 30 days that no article, revision or edition refers to."""
    number = actions.prune(program.app, program.actor)
    program.say(f"{number} pictures removed")


def _summary(item: MediaItem, base_url: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "alt": item.alt,
        "created_at": item.created_at,
        "files": [
            {
                "url": f"{base_url}{path_of(file)}",
                "type": file.media_type,
                "width": file.width,
                "height": file.height,
                "length": file.length,
            }
            for file in item.renditions
        ],
    }
