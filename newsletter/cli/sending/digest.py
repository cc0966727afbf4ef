"""`newsletter digest`: list, preview, send, schedule."""

from pathlib import Path
from typing import Any

import click

from newsletter.actions import digests
from newsletter.cli.context import Program, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.cli.sending import coming
from newsletter.cli.sending.foreground import send_in_foreground
from newsletter.cli.sending.previews import send_test_mail, show_preview
from newsletter.config.sending import UncertainPolicy
from newsletter.editions import store
from newsletter.editions.dates import clock_time
from newsletter.editions.digests.composition import design_digest
from newsletter.editions.digests.schedule import next_runs
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.digests.upcoming import next_edition
from newsletter.editions.models import EditionState
from newsletter.errors import ResourceNotFound
from newsletter.queries.previews import Preview, PreviewRecipient

RUNS_SHOWN = 5


@click.group()
def digest() -> None:
    """List, preview, send and schedule digests."""


for _command in coming.COMMANDS:
    digest.add_command(_command)


@digest.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_digests(program: Program, as_json: bool) -> None:
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
@click.argument("name")
@click.option("--subscriber", metavar="ADDRESS", help="As sent to this subscriber.")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="SLUG",
    help="As sent to a subscriber of this topic; repeatable.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write HTML and text to this folder.",
)
@click.option("--open", "in_browser", is_flag=True, help="Open the HTML in a browser.")
@click.option(
    "--test",
    "test_address",
    metavar="ADDRESS",
    help="Mail it to this address alone, marked as a test.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def preview(
    program: Program,
    name: str,
    subscriber: str | None,
    topics: tuple[str, ...],
    folder: Path | None,
    in_browser: bool,
    test_address: str | None,
    as_json: bool,
) -> None:
    """Show the next edition and its audience; sends nothing."""
    app, now = program.app, program.clock.now()
    with program.database.read() as session:
        made = next_edition(session, app.config, app.renderer, name, now)
        if isinstance(made, NoEdition):
            program.say(f"Digest {name} has nothing to say: {made.reason}.")
            return
        reader = PreviewRecipient.of(session, subscriber, topics)
        found = Preview.of(app, session, made, reader, now, is_test=bool(test_address))
        waiting = design_digest(session, app.config, name, period=None, now=now).waiting
    if test_address:
        send_test_mail(program, found, test_address)
    else:
        show_preview(program, found, folder, in_browser=in_browser, as_json=as_json)
    if waiting and not as_json:
        program.say(f"{waiting} more articles wait for a later edition (maximum_articles).")


@digest.command()
@click.argument("name")
@click.option("--queue", is_flag=True, help="Leave the sending to `newsletter serve`.")
@click.option("--transport", default="", metavar="NAME", help="By this transport or route.")
@click.option(
    "--uncertain",
    type=click.Choice([policy.value for policy in UncertainPolicy]),
    help="What to do with uncertain deliveries.",
)
@pass_program
def send(program: Program, name: str, queue: bool, transport: str, uncertain: str | None) -> None:
    """Compose the next edition now and send it; without new articles nothing is sent."""
    edition = digests.compose(
        program.app,
        program.actor,
        name,
        transport=transport,
        uncertain=UncertainPolicy(uncertain) if uncertain else None,
    )
    if isinstance(edition, NoEdition):
        program.say(f"Digest {name} has nothing to say: {edition.reason}. No mail was sent.")
        return
    program.say(f"Edition {edition.number}: {edition.subject}")
    if edition.state is EditionState.DRAFT:
        program.say(f"It waits for approval: newsletter editions approve {edition.number}")
    elif queue:
        program.say("Queued; `newsletter serve` sends it.")
    else:
        raise SystemExit(send_in_foreground(program, edition.number))


@digest.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def schedule(program: Program, name: str | None, as_json: bool) -> None:
    """Show the next five runs of each digest, in its zone and in UTC."""
    known_digests = program.config.digests
    if name is not None and name not in known_digests:
        known = ", ".join(known_digests) or "none"
        raise ResourceNotFound(f"there is no digest {name!r} in the configuration; known: {known}")
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
