"""Output of commands: tables for people, JSON for scripts."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TextIO

import click

from newsletter.cli.context import Invocation
from newsletter.printable import printable, printable_json

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


def print_json(program: Invocation, value: Any, indent: int | None = 2) -> None:
    """JSON on standard output; times in ISO 8601."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, indent=indent)
    program.say(printable_json(text))


def print_text(text: str) -> None:
    """A text as it stands, on standard output; unlike a line that is said, it ends as it ends."""
    click.echo(printable(text), nl=False)


def print_bytes(content: bytes) -> None:
    """What arrived, to the byte into a file or pipe; on a terminal as text that does nothing."""
    if sys.stdout.isatty():
        print_text(_lines(content.decode("utf-8", "replace")))
    else:
        click.echo(content, nl=False)


class DataFile:
    """A file for scripts: what is written to it stays as it is, unless it is a terminal."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._is_terminal = file.isatty()

    def write(self, text: str) -> int:
        return self._file.write(printable(_lines(text)) if self._is_terminal else text)


def standard_output() -> DataFile:
    return DataFile(sys.stdout)


def _lines(text: str) -> str:
    """Lines that end as a terminal's do."""
    return text.replace("\r\n", "\n")


def print_table(
    program: Invocation, columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str
) -> None:
    """A table, or the text for an empty one."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else printable(str(cell)) for cell in row))
    if table.row_count:
        Console(highlight=False, soft_wrap=True, emoji=False).print(table, markup=False)
    else:
        program.say(empty)


def count_line(counts: Mapping[Any, int]) -> str:
    """ "12 sent, 1 failed", or "nobody"."""
    return ", ".join(f"{n} {getattr(k, 'value', k)}" for k, n in counts.items() if n) or "nobody"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)
