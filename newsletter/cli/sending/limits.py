"""`newsletter limits`: limits, use, warm-up and health of each transport."""

from dataclasses import asdict

import click

from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.delivery.monitoring.status_report import transport_statuses


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def limits(program: Invocation, as_json: bool) -> None:
    """Show each transport's limits, use, warm-up and health."""
    with program.database.read() as session:
        statuses = list(transport_statuses(session, program.config, program.clock.now()))
    if as_json:
        print_json(program, [asdict(standing) for standing in statuses])
        return
    print_table(
        program,
        ("transport", "to", "a second", "this hour", "today (UTC)", "note"),
        [
            (
                s.transport,
                s.domain or "all",
                f"{s.per_second:g}" if s.per_second else "",
                _used(s.used_in_hour, s.per_hour),
                _used(s.used_in_day, s.per_day),
                s.note,
            )
            for s in statuses
        ],
        "There is no transport in the configuration; add a table [transports.NAME].",
    )


def _used(used: int, allowed: int) -> str:
    return f"{used} of {allowed}" if allowed else ""
