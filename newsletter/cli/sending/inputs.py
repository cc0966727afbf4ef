"""Texts, times and edits as commands take them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from newsletter.editions.coming.arrangement import ArrangementEdit
from newsletter.errors import InvalidInput

Command = TypeVar("Command", bound=Callable[..., object])
EDIT_OPTIONS = (
    click.option("--lead", type=int, metavar="ARTICLE", help="Put this story first."),
    click.option("--up", type=int, metavar="ARTICLE", help="Move this story up by one."),
    click.option("--down", type=int, metavar="ARTICLE", help="Move this story down by one."),
    click.option("--drop", type=int, metavar="ARTICLE", help="Leave it to the next edition."),
    click.option(
        "--drop-for-good", type=int, metavar="ARTICLE", help="Never take it in this digest."
    ),
    click.option("--restore", type=int, metavar="ARTICLE", help="Take a dropped or waiting story."),
    click.option(
        "--title",
        "titles",
        type=(int, str),
        multiple=True,
        metavar="ARTICLE TITLE",
        help="Another title in this mail; an empty one takes it back. Repeatable.",
    ),
    click.option("--greeting", help="A few lines above the stories; empty: none."),
)


def read_text(file: Path) -> str:
    """The text of a file, or of standard input for "-".

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        with click.open_file(str(file), encoding="utf-8") as stream:
            return str(stream.read())
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from error


def local_time(text: str, zone: str) -> datetime:
    """A time such as "2026-11-27 18:00", in this zone unless it names one.

    Raises:
        InvalidInput: it is no time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"--at: {text!r} is no time; write it as 2026-11-27 18:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def edit_options(command: Command) -> Command:
    """The options of a change of an edition's stories and words, for `chosen_edit`."""
    for option in reversed(EDIT_OPTIONS):
        command = option(command)
    return command


def chosen_edit(
    titles: Iterable[tuple[int, str]],
    greeting: str | None,
    **moves: Any,
) -> ArrangementEdit:
    """The change that the options of `edit_options` ask for.

    Raises:
        click.UsageError: none, or several moves at once.
    """
    if sum(move is not None for move in moves.values()) > 1:
        raise click.UsageError("move, drop or restore one story at a time")
    change = ArrangementEdit(titles=dict(titles), introduction=greeting, **moves)
    if change == ArrangementEdit():
        raise click.UsageError("say what to change, such as --drop 12")
    return change
