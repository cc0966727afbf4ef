"""`newsletter feedback`: what came back, and what followed from it."""

import click

from newsletter.actions import feedback as actions
from newsletter.cli.context import Program, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.editions.dates import clock_time
from newsletter.errors import ResourceNotFound
from newsletter.feedback import store
from newsletter.queries import feedback as queries
from newsletter.queries.feedback import EventView
from newsletter.shown import shown
from newsletter.transports.events import EventKind

KINDS = click.Choice([kind.value for kind in EventKind])


@click.group()
def feedback() -> None:
    """See bounces and complaints, and undo what followed."""


@feedback.command("list")
@click.option("--kind", "kinds", type=KINDS, multiple=True, help="Only these; several allowed.")
@click.option("--edition", type=int, help="Only of one edition.")
@click.option("--subscriber", type=int, help="Only of one subscriber, by number.")
@click.option("--before", type=int, help="Only events with a lower number: the next page.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_events(
    program: Program,
    kinds: tuple[str, ...],
    edition: int | None,
    subscriber: int | None,
    before: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """List events, newest first; arrivals only where --kind success asks for them."""
    with program.database.read() as session:
        found = queries.events(
            session,
            kinds=[EventKind(kind) for kind in kinds],
            edition=edition,
            subscriber=subscriber,
            before=before,
            limit=limit,
        )
    if as_json:
        print_json(program, [event._asdict() for event in found])
        return
    zone = program.config.site.timezone
    print_table(
        program,
        ("event", "when", "kind", "who", "edition", "what was said", "then"),
        [
            (
                event.number,
                clock_time(event.at, zone),
                event.kind.value,
                event.address or event.domain,
                event.edition,
                event.reason or event.status,
                consequence(event),
            )
            for event in found
        ],
        "Nothing came back so far.",
    )


@feedback.command()
@click.argument("number", type=int)
@click.option("--evidence", is_flag=True, help="Print what arrived, as it arrived.")
@pass_program
def show(program: Program, number: int, evidence: bool) -> None:
    """Show one event, or what arrived with it."""
    with program.database.read() as session:
        store.by_id(session, number)
        found = queries.events(session, kinds=tuple(EventKind), before=number + 1, limit=1)[0]
        kept = store.find_evidence(session, number)
    if evidence:
        if kept is None:
            raise ResourceNotFound(
                f"nothing that arrived with event {number} is kept; see feedback.keep_evidence"
            )
        click.echo(kept.content, nl=False)
        return
    zone = program.config.site.timezone
    for label, value in (
        ("Event", found.number),
        ("Kind", found.kind.value),
        ("Told by", found.source.value),
        ("When", clock_time(found.at, zone)),
        ("Recipient", (kept and kept.recipient) or found.address or ""),
        ("Subscriber", found.subscriber or ""),
        ("Edition", found.edition or ""),
        ("Delivery", found.delivery or ""),
        ("Transport", found.transport),
        ("Status", found.status),
        ("What was said", found.reason),
        ("Then", consequence(found)),
        ("Undone because", found.undone_because),
        ("Kept", f"{len(kept.content)} bytes; see --evidence" if kept else ""),
    ):
        if value:
            program.say(f"{label}: {shown(str(value))}")


@feedback.command()
@click.argument("number", type=int)
@click.option("--because", required=True, help="The reason; it is kept with the event.")
@pass_program
def undo(program: Program, number: int, because: str) -> None:
    """Lift the suppression that followed from an event."""
    subscriber = actions.undo(program.app, program.actor, number, because)
    program.say(f"Subscriber {subscriber} is no longer suppressed.")


def consequence(event: EventView) -> str:
    """What followed, in one word."""
    if event.undone_at:
        return "undone"
    return "suppressed" if event.suppressed else ""
