"""`newsletter subscribers import`: people brought along from another list."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import click

from newsletter.articles.identity import topic_slug
from newsletter.cli.context import Program, pass_program
from newsletter.cli.output import count_line, print_json
from newsletter.errors import InvalidInput
from subscribers.exporting import read
from subscribers.importing.batches import batches
from subscribers.importing.columns import ATTRIBUTE, KNOWN, columns_of
from subscribers.importing.deciding import Outcome
from subscribers.importing.entering import Entrance, Terms
from subscribers.importing.refusals import Refusals
from subscribers.importing.rows import Reading, RowReader, one_line
from subscribers.importing.tables import text_table

KILOBYTE = 1024


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
    terms = Terms(file=one_line(path.name), secret=program.app.secret, consent=one_line(consent))
    counts = _run(program, path, target, _chosen(columns), terms)
    if as_json:
        print_json(program, counts)
    else:
        program.say(f"{count_line(counts)}.")


def _run(
    program: Program, path: Path, target: Path, chosen: dict[str, list[str]], terms: Terms
) -> Counter[str]:
    counts: Counter[str] = Counter()
    with text_table(path) as table:
        header = [read(name) for name in next(table.rows, [])]
        reader = _reader(program, header, chosen)
        total = table.total // KILOBYTE
        bar = program.progress("Importing, KB", total)
        with Refusals(target, header) as refusals, bar as progress:
            try:
                reached = 0
                entrance = Entrance(program.database, terms, program.clock)
                entrance = Entrance(program.database, terms, program.clock)
                for batch in batches(table.rows, reader):
                    verdicts = entrance.take([row.said for row in batch])
                    for row, verdict in zip(batch, verdicts, strict=True):
                        counts[verdict.outcome.value] += 1
                        if verdict.outcome is Outcome.REFUSED:
                            refusals.add(row.number, verdict.reason, row.cells)
                    progress.advance(table.done() // KILOBYTE - reached)
                    reached = table.done() // KILOBYTE
            finally:
                # Where the file cannot be read to its end, what was read has been entered.
                if refusals.count:
                    program.warn(f"The refused rows are in {target}, each with its reason.")
    return counts


def _reader(program: Program, header: Sequence[str], chosen: dict[str, list[str]]) -> RowReader:
    reading = Reading(
        columns=columns_of(header, chosen),
        width=len(header),
        as_topic=lru_cache(maxsize=10_000)(topic_slug),
        digests=frozenset(program.config.digests),
        languages=frozenset(program.config.site.languages),
    )
    return RowReader(reading)


def _chosen(texts: Sequence[str]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for thing, column in map(_pair, texts):
        chosen.setdefault(thing, []).append(column)
    return chosen


def _pair(text: str) -> tuple[str, str]:
    thing, _, column = text.partition("=")
    is_attribute = thing.startswith(ATTRIBUTE) and len(thing) > len(ATTRIBUTE)
    if not (thing in KNOWN or is_attribute) or not column:
        raise InvalidInput(
            f"--column {text}: write THING=COLUMN, THING one of {', '.join(KNOWN)}, attribute.NAME"
        )
    return thing, column
