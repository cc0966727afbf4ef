"""`newsletter subscribers import`: people brought along from another list."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from newsletter.articles.identity import topic_slug
from newsletter.cli.context import Program, pass_program
from newsletter.cli.output import count_line, print_json
from newsletter.errors import InvalidInput
from subscribers.exporting import defused
from subscribers.importing.rows import KNOWN, Person, columns_of, person_of
from subscribers.importing.tables import read_table
from subscribers.importing.writing import Report, Terms, enter

BATCH_ROWS = 1000


@click.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True))
@click.option("--consent", default="", metavar="PROOF", help="How and when they all agreed.")
@click.option("--unconfirmed", is_flag=True, help="Enter them as pending: nobody is mailed.")
@click.option(
    "--column", "columns", multiple=True, metavar="THING=COLUMN", help='address="E-Mail" …'
)
@click.option("--refused", type=click.Path(path_type=Path), help="Where refused rows are written.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def import_(
    program: Program,
    path: Path,
    consent: str,
    unconfirmed: bool,
    columns: tuple[str, ...],
    refused: Path | None,
    as_json: bool,
) -> None:
    """Enter the people of a CSV file; who left, bounced or complained there is suppressed."""
    if bool(consent.strip()) == unconfirmed:
        raise InvalidInput(
            "say how and when they agreed (--consent “paper forms of 1 May”), "
            "or enter them without proof as pending (--unconfirmed)"
        )
    target = refused or path.with_name(f"{path.name}.refused.csv")
    if target.resolve() == path.resolve():
        raise InvalidInput(f"--refused {target} is the file to be imported; name another")
    terms = Terms(
        file=path.name, secret=program.app.secret, consent=consent.strip(), as_topic=topic_slug
    )
    report = Report()
    try:
        with program.progress("Importing", None) as bar:
            for batch in _batches(path, _chosen(columns), report):
                enter(program.database, batch, terms, program.clock, report)
                bar.advance(len(batch))
    finally:
        # Where the file cannot be read to its end, what was read has been entered.
        if report.refused:
            _write_refused(path, target, dict(report.refused))
            program.warn(f"The refused rows are in {target}, each with its reason.")
    if as_json:
        print_json(program, report.counts)
    else:
        program.say(f"{count_line(report.counts)}.")


def _chosen(texts: Sequence[str]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for thing, column in map(_pair, texts):
        chosen.setdefault(thing, []).append(column)
    return chosen


def _pair(text: str) -> tuple[str, str]:
    thing, _, column = text.partition("=")
    if thing not in KNOWN or not column:
        raise InvalidInput(f"--column {text}: write THING=COLUMN, THING one of {', '.join(KNOWN)}")
    return thing, column


def _batches(path: Path, chosen: dict[str, list[str]], report: Report) -> Iterator[list[Person]]:
    rows = read_table(path)
    places = columns_of(next(rows, []), chosen)
    batch: list[Person] = []
    for number, cells in enumerate(rows, start=2):
        if not any(cells):
            continue
        try:
            batch.append(person_of(number, cells, places))
        except InvalidInput as error:
            report.refuse(number, str(error))
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _write_refused(path: Path, target: Path, reasons: dict[int, str]) -> None:
    rows: Iterator[Sequence[str]] = read_table(path)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason", *next(rows)])
        last = max(reasons)
        for number, cells in enumerate(islice(rows, last - 1), start=2):
            if number in reasons:
                writer.writerow([number, reasons[number], *map(defused, cells)])
