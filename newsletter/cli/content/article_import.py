"""`newsletter articles import`."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from newsletter.actions import articles as actions
from newsletter.articles.importers.base import BadRecord, ImportContext, Record
from newsletter.articles.importers.format_detection import FORMATS
from newsletter.articles.importers.inputs import Inputs, Loaded, find_inputs, read_all
from newsletter.articles.ingestion.parsing_process import ParsingProcess
from newsletter.articles.ingestion.record_import import ImportStopped, Progress, import_records
from newsletter.articles.ingestion.report_json import report_json
from newsletter.articles.ingestion.reports import ImportReport, RecordOutcome
from newsletter.cli.content.import_report import open_report
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.exit_statuses import INCOMPLETE
from newsletter.cli.output import as_json, print_json
from newsletter.errors import InvalidInput
from newsletter.http_client.fetching import fetch


@click.command("import")
@click.argument("names", nargs=-1, required=True, metavar="PATH...|-|URL")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), help="The format, if it is not detected."
)
@click.option(
    "--topic", "topics", multiple=True, help="Add this topic to the articles; repeatable."
)
@click.option("--dry-run", is_flag=True, help="Report on everything, but store nothing.")
@click.option("--allow-private", is_flag=True, help="Fetch from inside your own network too.")
@click.option(
    "--old-site", default="", metavar="URL", help="Base URL of the old site, for relative links."
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the outcome of each record to this file, as JSON.",
)
@as_json
@pass_program
def import_(
    program: Invocation,
    names: tuple[str, ...],
    form: str | None,
    topics: tuple[str, ...],
    dry_run: bool,
    allow_private: bool,
    old_site: str,
    report_file: Path | None,
    as_json: bool,
) -> None:
    """Store the articles of files, folders, standard input (-) or addresses.

    Importing again updates what has changed and never duplicates. Exit status 3: some failed.
    """
    context = replace(ImportContext.of(program.config.site), old_site=_old_site(old_site))
    download = partial(_download, allow_private=allow_private)
    inputs = find_inputs(names, sys.stdin.buffer, download)
    several = len(inputs.offers) > 1
    with (
        program.progress("Importing", len(inputs.offers) if several else None) as bar,
        open_report(report_file) as observe,
        ParsingProcess() as process,
    ):
        done = bar.advance if several else lambda: None
        records = read_all(inputs, context, form or "", done, download, process.read)
        report = _import(
            program,
            context,
            _with_topics(records, topics),
            None if several else bar.advance,
            dry_run,
            observe,
        )
    _print_report(program, report, inputs, dry_run=dry_run, as_json=as_json)


def _old_site(address: str) -> str:
    if address and not address.startswith(("http://", "https://")):
        raise InvalidInput(f"--old-site {address}: give an address, such as https://old.example")
    return address.rstrip("/")


def _download(address: str, *, allow_private: bool) -> Loaded:
    answer = fetch(address, allow_private=allow_private)
    return Loaded(content=answer.content, content_type=answer.content_type)


def _with_topics(
    records: Iterator[Record | BadRecord], topics: tuple[str, ...]
) -> Iterator[Record | BadRecord]:
    for item in records:
        if isinstance(item, Record) and topics:
            yield replace(item, topics=(*topics, *(item.topics or ())))
        else:
            yield item


def _import(
    program: Invocation,
    context: ImportContext,
    records: Iterator[Record | BadRecord],
    progress: Progress | None,
    dry_run: bool,
    observe: Callable[[RecordOutcome], None] | None,
) -> ImportReport:
    """Import, or dry run; failed records are printed even if the database then fails."""
    try:
        if dry_run:
            return import_records(
                program.database,
                records,
                context,
                program.clock,
                progress,
                dry_run=True,
                observe=observe,
            )
        return actions.import_(program.app, program.actor, records, context, progress, observe)
    except ImportStopped as stopped:
        for bad in stopped.report.bad:
            program.warn(str(bad))
        raise


def _print_report(
    program: Invocation, report: ImportReport, inputs: Inputs, *, dry_run: bool, as_json: bool
) -> None:
    for bad in report.bad:
        program.warn(str(bad))
    if as_json:
        left_out = {"passed_over": inputs.passed_over, "of_tools": inputs.of_tools}
        print_json(program, {**report_json(report), **left_out})
    else:
        rest = f" ({inputs.left_out})" if inputs.left_out else ""
        for note, number in report.notes.most_common():
            program.say(f"{number} × {note}")
        program.say(f"{report}{rest}{'; nothing was stored (--dry-run)' if dry_run else ''}")
    if report.bad:
        raise SystemExit(INCOMPLETE)
