"""`newsletter subscribers import`: imports a list of another program, or undoes an import."""

import csv
import gc
import json
import shlex
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from newsletter.actions import imports as actions
from newsletter.actions.imports import ImportResult
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import DataFile, count_line, print_json, standard_output
from newsletter.cli.people import import_report
from newsletter.cli.people.import_answers import answers_of
from newsletter.errors import InvalidInput
from newsletter.queries.imports import site_names
from subscribers.exporting import escape_formula, unescape_formula
from subscribers.importing import report
from subscribers.importing.archives import lists_on_disk
from subscribers.importing.columns import ATTRIBUTE, attribute_name
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.list_importer import ImportDryRun, OnDecision, import_all
from subscribers.importing.list_reading import ExaminedList, ListRequest, examine, open_table
from subscribers.importing.reject_file import RejectFile
from subscribers.importing.rows import ListedPerson, Tags
from subscribers.importing.storage import history
from subscribers.importing.storage.batches import FileRow
from subscribers.importing.storage.planning import Decision, RowOutcome
from subscribers.importing.values.cells import one_line
from subscribers.importing.values.dates import DayMonthOrder
from subscribers.importing.values.states import ListState
from subscribers.importing.values.word_folding import folded

KINDS = click.Choice([state.value for state in ListState])
ORDERS = click.Choice([order.value for order in DayMonthOrder])
TAGS = click.Choice([tags.value for tags in Tags])


@click.command("import")
@click.argument(
    "path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    required=False,
)
@click.option("--consent", default="", metavar="PROOF", help="Proof: how and when they all agreed.")
@click.option("--unconfirmed", is_flag=True, help="Enter them as pending: nobody is mailed.")
@click.option(
    "--column", "columns", multiple=True, metavar="THING=COLUMN", help='address="E-Mail" …'
)
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    metavar="COLUMN",
    help="Store this column, for segments: attribute.COLUMN.",
)
@click.option(
    "--status", "words", multiple=True, metavar="WORD=STATE", help="The meaning of a status word."
)
@click.option("--state", type=KINDS, help="The best state of anyone in the file.")
@click.option("--dates", type=ORDERS, help="The order of dates such as 03/04/2021.")
@click.option(
    "--tags",
    type=TAGS,
    default=Tags.ATTRIBUTE.value,
    show_default=True,
    help="What to do with tags that are no topics.",
)
@click.option(
    "--sheet", default="", metavar="NAME", help="Sheet of a spreadsheet; default: the first."
)
@click.option(
    "--encoding",
    default="",
    metavar="NAME",
    help="Character encoding, or a language such as greek; default: detected.",
)
@click.option("--update", is_flag=True, help="Update values of earlier imports.")
@click.option("--dry-run", is_flag=True, help="Show the outcome of each row, and change nothing.")
@click.option("--refused", type=click.Path(path_type=Path), help="File for refused rows.")
@click.option("--undo", "undone", type=int, metavar="IMPORT", help="Undo this import.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def import_(
    program: Invocation,
    path: Path | None,
    consent: str,
    unconfirmed: bool,
    columns: tuple[str, ...],
    attributes: tuple[str, ...],
    words: tuple[str, ...],
    state: str | None,
    dates: str | None,
    tags: str,
    sheet: str,
    encoding: str,
    update: bool,
    dry_run: bool,
    refused: Path | None,
    undone: int | None,
    as_json: bool,
) -> None:
    """Import a list in any usual format; unsubscribed and bounced addresses are suppressed."""
    if (path is None) == (undone is None):
        raise InvalidInput("name the FILE to import, or the import to take back: --undo IMPORT")
    if path is None:
        _undo(program, undone or 0, as_json=as_json)
        return
    if consent.strip() and unconfirmed:
        raise InvalidInput("say either --consent, or --unconfirmed")
    pairs = [*columns, *(f"{ATTRIBUTE}{attribute_name(name)}={name}" for name in attributes)]
    terms = ListRequest(
        path=path,
        file=path.name,
        consent=one_line(consent),
        answers=answers_of(pairs, words, state, dates),
        sheet=sheet,
        encoding=encoding,
        tags=Tags(tags),
        updates=update,
    )
    with lists_on_disk(path) as lists:
        if len(lists) > 1:
            _refuse_for_several(terms, refused)
        requests = [replace(terms, path=each, file=name) for name, each in lists]
        examined = _examine(program, requests, unconfirmed=unconfirmed)
        for request, one in zip(requests, examined, strict=True):
            if dry_run:
                counts = _dry_run(program, one, as_json=as_json)
                program.warn(f"{_named(request, lists)}{count_line(counts)}, if imported.")
            else:
                result = _import(program, request, one, _target(path, request, refused))
                _print_result(program, result, _named(request, lists), as_json=as_json)
                _advise(program, request, result)


def _named(request: ListRequest, lists: Sequence[object]) -> str:
    """The name of a list before what is said of it, where there are several."""
    return f"{request.file}: " if len(lists) > 1 else ""


def _refuse_for_several(terms: ListRequest, refused: Path | None) -> None:
    """
    Raises:
        InvalidInput: something is said that can hold for one list of an archive alone.
    """
    if terms.answers.state or terms.sheet or refused:
        raise InvalidInput(
            f"{terms.file} holds several lists, and --state, --sheet and --refused are of one; "
            "unpack it, and import each by itself, first those of people who left or bounced"
        )


def _advise(program: Invocation, request: ListRequest, result: ImportResult) -> None:
    if request.consent and result.counts.get("pending"):
        program.warn(
            "To confirm any of the pending, take the import back (newsletter subscribers "
            f"import --undo {result.number}), then import the list again, saying what you know."
        )


def _print_result(
    program: Invocation, result: ImportResult, list_name: str, *, as_json: bool
) -> None:
    if as_json:
        print_json(program, {**result.counts, "import": result.number})
    else:
        program.say(f"{list_name}{count_line(result.counts)}. This is import {result.number}.")


def _undo(program: Invocation, number: int, *, as_json: bool) -> None:
    done = actions.undo(program.app, program.actor, number)
    if as_json:
        print_json(program, vars(done))
        return
    program.say(
        f"Import {number} is taken back: {done.forgotten} are not here any more, {done.lifted} are "
        f"no longer suppressed, {done.restored} stand as they stood before."
    )
    if done.kept:
        program.warn(f"{done.kept} stay: they were mailed, or have acted here themselves.")


def _examine(
    program: Invocation, requests: Sequence[ListRequest], *, unconfirmed: bool
) -> list[ExaminedList]:
    """
    Args:
        unconfirmed: everybody is to be pending, so that nobody need have agreed.

    Raises:
        InvalidInput: a file cannot be read, or something has to be asked.
    """
    missing = [] if requests[0].consent or unconfirmed else ["--consent", "?"]
    command = ["newsletter", "subscribers", "import", *_arguments()]
    with program.database.read() as session:
        names = site_names(session, program.config)
    tables = [open_table(request) for request in requests]
    today = program.clock.now().date()
    found: dict[str, ExaminedList] = {}
    for request, table in zip(_of_their_columns(requests, tables), tables, strict=True):
        examined = examine(request, table, program.app.secret, names, today)
        found[request.file] = examined
        if len(requests) > 1:
            program.warn(f"{request.file}:")
        for line in import_report.described(examined.analysis):
            program.warn(line)
    analyses = {file: examined.analysis for file, examined in found.items()}
    nameless = [file for file, each in analyses.items() if each.name]
    if len(requests) > 1 and nameless:
        raise InvalidInput(import_report.without_states(nameless))
    if not all(analysis.is_clear for analysis in analyses.values()):
        raise InvalidInput(import_report.asked(analyses, command, missing))
    if missing:
        raise InvalidInput(
            f"nobody has been imported: say how and when they agreed, {shlex.join(command)} "
            "--consent 'paper forms of 1 May'; or enter them without proof as pending: "
            "--unconfirmed"
        )
    for request in requests:
        analysis = analyses[request.file]
        if not analysis.fitness.is_trusted and request.consent:
            raise InvalidInput(import_report.untrusted(analysis, request.file))
    return [*found.values()]


def _of_their_columns(
    requests: Sequence[ListRequest], tables: Sequence[SourceTable]
) -> list[ListRequest]:
    """The requests for lists of an archive, each with what is said of the columns that it has."""
    headings = {folded(heading) for table in tables for heading in table.header}
    own = []
    for request, table in zip(requests, tables, strict=True):
        has = set(map(folded, table.header))
        columns = {
            role: [name for name in names if folded(name) in has or folded(name) not in headings]
            for role, names in request.answers.columns.items()
        }
        # What no list has is refused by each of them.
        chosen = {role: names for role, names in columns.items() if names}
        own.append(replace(request, answers=replace(request.answers, columns=chosen)))
    return own


def _arguments() -> list[str]:
    """The command line as given, to extend it in a message."""
    context = click.get_current_context()
    options: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            options += _written(parameter, context.params[name])
    return options


def _written(parameter: click.Parameter, value: object) -> list[str]:
    if isinstance(parameter, click.Argument):
        return [str(value)]
    if isinstance(value, bool):
        return [parameter.opts[0]]
    values = value if isinstance(value, tuple) else (value,)
    return [word for each in values for word in (parameter.opts[0], str(each))]


def _target(path: Path, request: ListRequest, refused: Path | None) -> Path:
    target = refused or path.with_name(f"{request.file}.refused.csv")
    if target.resolve() == path.resolve():
        raise InvalidInput(f"--refused {target} is the file to be imported; name another")
    return target


def _import(
    program: Invocation, request: ListRequest, examined: ExaminedList, target: Path
) -> ImportResult:
    start = history.ImportStart(
        file=examined.terms.file,
        sha256=history.sha256_of(request.path),
        consent=request.consent,
        report=report.stored(examined.analysis),
    )
    tags = examined.reader.tags
    with RejectFile(target, examined.table.header) as refusals:

        def tell(row: FileRow, decision: Decision) -> None:
            if decision.outcome is RowOutcome.REFUSED:
                refusals.add(row.number, decision.reason, row.cells)

        try:
            with closing(_batches(program, examined)) as rows:
                result = actions.enter(
                    program.app, program.actor, start, examined.terms, rows, tell, tags
                )
        except KeyboardInterrupt:
            program.warn("What was read so far has been entered; for the rest run this again.")
            raise
        finally:
            # Also if the file cannot be read to its end: batches so far are committed.
            if refusals.count:
                program.warn(f"The refused rows are in {target}, each with its reason.")
    for name in result.kept_segments:
        program.warn(f"There is a segment {name} already; it was left as it is.")
    return result


def _dry_run(program: Invocation, examined: ExaminedList, *, as_json: bool) -> Counter[str]:
    rehearsal = ImportDryRun(program.database, examined.terms)
    address = examined.analysis.assigned.places["address"][0]
    counts: Counter[str] = Counter()
    tell = _row_writer(standard_output(), address, as_json)
    import_all(rehearsal, _batches(program, examined), tell, counts)
    return counts


def _batches(program: Invocation, examined: ExaminedList) -> Generator[list[FileRow], None, None]:
    """The rows in batches, with progress."""
    with program.progress("Importing, rows", examined.rows) as progress, _gc_frozen():
        for batch in examined.batches():
            yield batch
            progress.advance(len(batch))


@contextmanager
def _gc_frozen() -> Iterator[None]:
    """Exempt existing objects from garbage collection: a third of an import's time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _row_writer(file: DataFile, address: int, as_json: bool) -> OnDecision:
    """A callback that writes a line for each row: CSV or JSON."""
    names = ("row", "address", "outcome", "reason")
    writer = csv.writer(file)
    if not as_json:
        writer.writerow(names)

    def tell(row: FileRow, decision: Decision) -> None:
        address_read = row.said.address if isinstance(row.said, ListedPerson) else ""
        written = address_read or (
            unescape_formula(row.cells[address].strip()) if address < len(row.cells) else ""
        )
        values = (row.number, written, decision.outcome.value, decision.reason)
        if as_json:
            line = json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)
            file.write(f"{line}\n")
        else:
            writer.writerow([values[0], *map(escape_formula, values[1:])])

    return tell
