"""`newsletter subscribers import`: people brought along from another list."""

import csv
import gc
import json
import re
import sys
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TextIO

import click

from newsletter.actions import imports as actions
from newsletter.articles.identity import topic_slug
from newsletter.cli.context import Program, pass_program
from newsletter.cli.output import count_line, print_json
from newsletter.errors import InvalidInput
from subscribers.exporting import defused, read
from subscribers.importing.batches import Row, batches
from subscribers.importing.columns import ATTRIBUTE, KNOWN, Places, columns_of, folded, said_by
from subscribers.importing.deciding import Outcome, Verdict
from subscribers.importing.entering import Rehearsal, Tell, Terms, take_all
from subscribers.importing.opening import open_table
from subscribers.importing.refusals import Refusals
from subscribers.importing.rows import Reading, RowReader, one_line
from subscribers.importing.states import STATES, State, state_of_file
from subscribers.importing.tables import Table

KINDS = click.Choice([state.value for state in State])


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the administrator says of a file."""

    path: Path
    consent: str
    columns: dict[str, list[str]]
    sheet: str
    state: State | None
    words: dict[str, State]
    updates: bool


@click.command("import")
@click.argument(
    "path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
@click.option("--consent", default="", metavar="PROOF", help="How and when they all agreed.")
@click.option("--unconfirmed", is_flag=True, help="Enter them as pending: nobody is mailed.")
@click.option(
    "--column", "columns", multiple=True, metavar="THING=COLUMN", help='address="E-Mail" …'
)
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    metavar="COLUMN",
    help="Keep this column; segments ask for it as attribute.COLUMN.",
)
@click.option(
    "--status", "words", multiple=True, metavar="WORD=STATE", help="What a word of theirs means."
)
@click.option("--state", type=KINDS, help="How everybody in the file stood, at best.")
@click.option("--sheet", default="", metavar="NAME", help="Of a spreadsheet; else the first.")
@click.option("--update", is_flag=True, help="Take anew what earlier imports said of people.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row, and stop.")
@click.option("--refused", type=click.Path(path_type=Path), help="Where refused rows are written.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def import_(
    program: Program,
    path: Path,
    consent: str,
    unconfirmed: bool,
    columns: tuple[str, ...],
    attributes: tuple[str, ...],
    words: tuple[str, ...],
    state: str | None,
    sheet: str,
    update: bool,
    dry_run: bool,
    refused: Path | None,
    as_json: bool,
) -> None:
    """Enter the people of a CSV or XLSX file; who left or bounced there is suppressed."""
    if bool(consent.strip()) == unconfirmed:
        raise InvalidInput(
            "say how and when they agreed (--consent “paper forms of 1 May”), "
            "or enter them without proof as pending (--unconfirmed)"
        )
    pairs = [*columns, *(f"{ATTRIBUTE}{_askable(name)}={name}" for name in attributes)]
    asked = Asked(
        path=path,
        consent=one_line(consent),
        columns=_chosen(pairs),
        sheet=sheet,
        state=State(state) if state else None,
        words=dict(map(_word, words)),
        updates=update,
    )
    with open_table(path, sheet) as table:
        if dry_run:
            program.warn(f"{count_line(_rehearse(program, asked, table, as_json))}, if imported.")
            return
        counts = _enter(program, asked, table, _target(path, refused))
    if as_json:
        print_json(program, counts)
    else:
        program.say(f"{count_line(counts)}.")


def _target(path: Path, refused: Path | None) -> Path:
    target = refused or path.with_name(f"{path.name}.refused.csv")
    if target.resolve() == path.resolve():
        raise InvalidInput(f"--refused {target} is the file to be imported; name another")
    return target


def _enter(program: Program, asked: Asked, table: Table, target: Path) -> Counter[str]:
    header = _header(table)
    columns = columns_of(header, asked.columns)
    reader = _reader(program, asked, header, columns)
    terms = _terms(program, asked, columns)
    with Refusals(target, header) as refusals:

        def tell(row: Row, verdict: Verdict) -> None:
            if verdict.outcome is Outcome.REFUSED:
                refusals.add(row.number, verdict.reason, row.cells)

        try:
            with closing(_batches(program, table, reader)) as rows:
                return actions.enter(program.app, program.actor, terms, rows, tell)
        except KeyboardInterrupt:
            program.warn("What was read so far has been entered; for the rest run this again.")
            raise
        finally:
            # Where the file cannot be read to its end, what was read has been entered.
            if refusals.count:
                program.warn(f"The refused rows are in {target}, each with its reason.")


def _rehearse(program: Program, asked: Asked, table: Table, as_json: bool) -> Counter[str]:
    header = _header(table)
    columns = columns_of(header, asked.columns)
    reader = _reader(program, asked, header, columns)
    rehearsal = Rehearsal(program.database, _terms(program, asked, columns))
    tell = _telling(sys.stdout, columns["address"][0], as_json)
    counts: Counter[str] = Counter()
    take_all(rehearsal, _batches(program, table, reader), tell, counts)
    return counts


def _batches(program: Program, table: Table, reader: RowReader) -> Generator[list[Row], None, None]:
    """The rows to be taken, with progress as they are."""
    reached = 0
    with program.progress(f"Importing, {table.unit}", table.total) as progress, _program_settled():
        for batch in batches(table.rows, reader):
            yield batch
            done = table.done()
            progress.advance(done - reached)
            reached = done


@contextmanager
def _program_settled() -> Iterator[None]:
    """Let the collector of garbage pass over the program itself, a third of an import's time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _telling(file: TextIO, address: int, as_json: bool) -> Tell:
    """Write a line for each row: CSV, or an object of JSON."""
    names = ("row", "address", "outcome", "reason")
    writer = csv.writer(file)
    if not as_json:
        writer.writerow(names)

    def tell(row: Row, verdict: Verdict) -> None:
        written = read(row.cells[address].strip()) if address < len(row.cells) else ""
        values = (row.number, written, verdict.outcome.value, verdict.reason)
        if as_json:
            line = json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)
            file.write(f"{line}\n")
        else:
            writer.writerow([values[0], *map(defused, values[1:])])

    return tell


def _header(table: Table) -> list[str]:
    return [read(name) for name in next(table.rows, [])]


def _reader(program: Program, asked: Asked, header: Sequence[str], columns: Places) -> RowReader:
    state = asked.state
    if state is None:
        names = {folded(name) for name in header}
        state = state_of_file(asked.path.name, names, is_said=bool(columns["status"]))
        if state is not None:
            program.warn(f"By the name of the file, everybody in it is {state}.")
    return RowReader(
        Reading(
            columns=columns,
            width=len(header),
            as_topic=lru_cache(maxsize=10_000)(topic_slug),
            digests=frozenset(program.config.digests),
            languages=frozenset(program.config.site.languages),
            state=state or State.SUBSCRIBED,
            words={**STATES, **asked.words},
        )
    )


def _terms(program: Program, asked: Asked, columns: Places) -> Terms:
    return Terms(
        file=one_line(asked.path.name),
        secret=program.app.secret,
        consent=asked.consent,
        updates=said_by(columns) if asked.updates else frozenset(),
    )


def _chosen(texts: Sequence[str]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for thing, column in map(_pair, texts):
        chosen.setdefault(thing, []).append(column)
    return chosen


def _askable(column: str) -> str:
    """A column's name as a segment can ask for it, which is one word."""
    return re.sub(r"[^\w.-]+", "_", column).strip("_.")


def _pair(text: str) -> tuple[str, str]:
    thing, _, column = text.partition("=")
    is_attribute = thing.startswith(ATTRIBUTE) and len(thing) > len(ATTRIBUTE)
    if not (thing in KNOWN or is_attribute) or not column:
        raise InvalidInput(
            f"--column {text}: write THING=COLUMN, THING one of {', '.join(KNOWN)}, attribute.NAME"
        )
    return thing, column


def _word(text: str) -> tuple[str, State]:
    word, _, state = text.rpartition("=")
    if state not in set(State):
        raise InvalidInput(f"--status {text}: write WORD=STATE, STATE one of {', '.join(State)}")
    return word.casefold(), State(state)
