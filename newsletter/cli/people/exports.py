"""`newsletter subscribers export`: the list as CSV or JSON lines."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from newsletter.actions import subscribers as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import DataFile
from newsletter.cli.people.segments import evaluation_of, resolve_segment
from newsletter.private_files import restrict_before_writing
from subscribers import exporting
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments import store

STATUSES = click.Choice([s.value for s in SubscriberStatus if s is not SubscriberStatus.ERASED])


@click.command()
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True), default="-")
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--status", type=STATUSES, help="Only these.")
@click.option("--segment", metavar="NAME|EXPRESSION", help="Only these.")
@pass_program
def export(
    program: Invocation, file: TextIO, kind: str, status: str | None, segment: str | None
) -> None:
    """Write all subscribers, as CSV or one JSON object a line; can be imported again."""
    conditions = []
    if status:
        conditions.append(Subscriber.status == SubscriberStatus(status))
    if segment:
        with program.database.read() as session:
            expression = resolve_segment(program, session, segment)
            conditions.append(store.members(expression, evaluation_of(program, session)))
    if file.name != "-":
        restrict_before_writing(Path(file.name))
    write = partial(_write, file, kind)
    count = actions.export(program.app, program.actor, conditions, write)
    program.warn(f"{count} people written.")


def _write(file: TextIO, kind: str, rows: Iterable[actions.Row]) -> int:
    data = DataFile(file)
    if kind == "csv":
        return exporting.write_csv(data, rows)
    count = 0
    for row in rows:
        data.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count
