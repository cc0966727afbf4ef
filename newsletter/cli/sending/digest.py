"""`newsletter digest`: list, preview, send, schedule."""

from typing import Any

import click

from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.lazy_group import LazyGroup
from newsletter.cli.output import print_json, print_table
from newsletter.editions import store
from newsletter.editions.dates import clock_time
from newsletter.editions.digests.schedule import next_runs
from newsletter.errors import ResourceNotFound

RUNS_SHOWN = 5


# Where each of the other commands stands.
PLACES = {
    "preview": "sending.digest_sending:preview",
    "send": "sending.digest_sending:send",
    "coming": "sending.coming:coming",
    "edit": "sending.coming:edit",
    "hold": "sending.coming:hold",
    "unhold": "sending.coming:unhold",
    "skip": "sending.coming:skip",
    "unskip": "sending.coming:unskip",
    "release": "sending.coming:release",
    "submit": "sending.coming:submit",
}


@click.group(cls=LazyGroup, places=PLACES)
def digest() -> None:
    """List, preview, send and schedule digests."""


@digest.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_digests(program: Invocation, as_json: bool) -> None:
    """List the configured digests, with the number of new articles."""
    rows: list[dict[str, Any]] = []
    now = program.clock.now()
    with program.database.read() as session:
        for name, options in program.config.digests.items():
            _, waiting = store.candidates(session, name, options, now)
            run = next(next_runs(options.schedule, program.config.zone_of(options), now, 1), None)
            rows.append(
                {
                    "digest": name,
                    "name": options.name,
                    "topics": list(options.topics),
                    "schedule": options.schedule,
                    "next": run.at if run else None,
                    "new_articles": waiting,
                }
            )
    if as_json:
        print_json(program, rows)
        return
    zone = program.config.site.timezone
    print_table(
        program,
        ("digest", "name", "topics", "schedule", "next run", "new articles"),
        [
            (
                row["digest"],
                row["name"],
                ", ".join(row["topics"]) or "all",
                row["schedule"],
                clock_time(row["next"], zone) if row["next"] else "never",
                row["new_articles"],
            )
            for row in rows
        ],
        "There is no digest in the configuration; add a table [digests.NAME].",
    )


@digest.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def schedule(program: Invocation, name: str | None, as_json: bool) -> None:
    """Show the next five runs of each digest, in its zone and in UTC."""
    known_digests = program.config.digests
    if name is not None and name not in known_digests:
        names = ", ".join(known_digests) or "none"
        raise ResourceNotFound(f"there is no digest {name!r} in the configuration; known: {names}")
    runs = [
        (key, str(zone), run)
        for key, options in known_digests.items()
        if name in {None, key}
        for zone in [program.config.zone_of(options)]
        for run in next_runs(options.schedule, zone, program.clock.now(), RUNS_SHOWN)
    ]
    if as_json:
        rows = [
            {
                "digest": key,
                "period": r.period,
                "zone": zone,
                "local": clock_time(r.at, zone),
                "at": r.at,
            }
            for key, zone, r in runs
        ]
        print_json(program, rows)
        return
    print_table(
        program,
        ("digest", "in its zone", "in UTC"),
        [(key, clock_time(run.at, zone), clock_time(run.at, "UTC")) for key, zone, run in runs],
        "There is no digest in the configuration; add a table [digests.NAME].",
    )
