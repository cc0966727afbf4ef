"""`newsletter articles poll`."""

from itertools import chain

import click

from newsletter.actions import sources
from newsletter.articles.ingestion.polling import source_of
from newsletter.articles.ingestion.report_json import report_json
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.exit_statuses import INCOMPLETE
from newsletter.cli.output import as_json, print_json
from newsletter.errors import InvalidInput


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--adopt", is_flag=True, help="Take over articles with its ids.")
@as_json
@pass_program
def poll(program: Invocation, names: tuple[str, ...], adopt: bool, as_json: bool) -> None:
    """Ask the feeds of [sources], or those named, for new articles now."""
    if adopt and len(names) != 1:
        raise InvalidInput("--adopt is for one feed; name it")
    for name in names:
        source_of(program.config.sources, name)
    reports = {
        name: sources.poll(program.app, program.actor, name, adopts=adopt)
        for name in names or program.config.sources
    }
    for bad in chain.from_iterable(report.bad for report in reports.values()):
        program.warn(str(bad))
    if as_json:
        print_json(program, {name: report_json(report) for name, report in reports.items()})
    for name, report in reports.items():
        if not as_json:
            program.say(f"{name}: {report}")
    if not reports and not as_json:
        program.say("no feeds are configured; add [sources.NAME] with its url")
    if any(report.bad for report in reports.values()):
        raise SystemExit(INCOMPLETE)
