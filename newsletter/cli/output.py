"""Output of commands: tables for people, JSON for scripts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import click

from newsletter.cli.context import Invocation
from newsletter.printable import printable, printable_json

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


def print_json(program: Invocation, value: Any) -> None:
    """JSON on standard output; times in ISO 8601."""
    program.say(printable_json(json.dumps(value, default=_plain, ensure_ascii=False, indent=2)))


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
        Console(highlight=False, soft_wrap=True).print(table, markup=False)
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
