"""`newsletter feedback`: what came back, and what followed from it."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from newsletter.actions import feedback as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.exit_statuses import TRY_AGAIN
from newsletter.cli.output import print_bytes, print_json, print_table
from newsletter.delivery.ledger import reasons
from newsletter.editions.dates import clock_time
from newsletter.errors import NewsletterError, ResourceNotFound
from newsletter.feedback import incoming, store
from newsletter.feedback.reading.reader import read
from newsletter.queries import feedback as queries
from newsletter.queries.feedback import EventView
from newsletter.tokens.envelope import EnvelopeSigner
from newsletter.transports.events import EventKind

MAILS = click.Path(path_type=Path, exists=True, allow_dash=True)
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
    program: Invocation,
    kinds: tuple[str, ...],
    edition: int | None,
    subscriber: int | None,
    before: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """List events, newest first; arrivals only where --kind success asks for them."""
    with program.database.read() as session:
        events = queries.events(
            session,
            kinds=[EventKind(kind) for kind in kinds],
            edition=edition,
            subscriber=subscriber,
            after=before,
            limit=limit,
        )
    if as_json:
        print_json(program, [event._asdict() for event in events])
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
            for event in events
        ],
        "Nothing came back so far.",
    )


@feedback.command()
@click.argument("number", type=int)
@click.option("--evidence", is_flag=True, help="Print what arrived, as it arrived.")
@pass_program
def show(program: Invocation, number: int, evidence: bool) -> None:
    """Show one event, or what arrived with it."""
    with program.database.read() as session:
        store.by_id(session, number)
        event = queries.events(session, kinds=tuple(EventKind), after=number + 1, limit=1)[0]
        evidence_row = store.find_evidence(session, number)
    if evidence:
        if evidence_row is None:
            raise ResourceNotFound(
                f"nothing that arrived with event {number} is kept; see feedback.keep_evidence"
            )
        print_bytes(evidence_row.content)
        return
    zone = program.config.site.timezone
    for label, value in (
        ("Event", event.number),
        ("Kind", event.kind.value),
        ("Told by", event.source.value),
        ("When", clock_time(event.at, zone)),
        ("Recipient", (evidence_row and evidence_row.recipient) or event.address or ""),
        ("Subscriber", event.subscriber or ""),
        ("Edition", event.edition or ""),
        ("Delivery", event.delivery or ""),
        ("Transport", event.transport),
        ("Status", event.status),
        ("What was said", event.reason),
        ("Then", consequence(event)),
        ("Undone because", event.undone_because),
        ("Kept", f"{len(evidence_row.content)} bytes; see --evidence" if evidence_row else ""),
    ):
        if value:
            program.say(f"{label}: {value}")


@feedback.command()
@click.option("--by", type=click.Choice(list(queries.GROUPINGS)), default="domain")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3650))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def numbers(program: Invocation, by: str, days: int, as_json: bool) -> None:
    """Count what came back by recipient domain, transport or edition."""
    with program.database.read() as session:
        tallies = queries.tallies(session, by, program.clock.now() - timedelta(days=days))
    if as_json:
        print_json(program, [{by: one.name, **one.counts} for one in tallies])
        return
    print_table(
        program,
        (by, "bounces", *(kind.value for kind in queries.COUNTED)),
        [(one.name, one.bounces, *map(one.counts.get, queries.COUNTED)) for one in tallies],
        "Nothing came back so far.",
    )


@feedback.command()
@click.argument("number", type=int)
@click.option("--because", required=True, help="The reason; it is kept with the event.")
@pass_program
def undo(program: Invocation, number: int, because: str) -> None:
    """Lift the suppression that followed from an event."""
    subscriber = actions.undo(program.app, program.actor, number, because)
    program.say(f"Subscriber {subscriber} is no longer suppressed.")


@feedback.command()
@click.argument("files", nargs=-1, required=True, type=MAILS)
@pass_program
def classify(program: Invocation, files: tuple[Path, ...]) -> None:
    """Say what mails in FILES (or folders; -: standard input) are; changes nothing.

    Prints a line of JSON for each: file, kind, recipients, status, reason, delivery.
    """
    for path in _mails(files):
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        print_json(program, _described(program, path, content), indent=None)


@feedback.command()
@click.argument("files", nargs=-1, type=MAILS)
@click.option("--recipient", "recipients", multiple=True, help="The envelope's, if known.")
@pass_program
def receive(program: Invocation, files: tuple[Path, ...], recipients: tuple[str, ...]) -> None:
    """Take in mails that came back, from FILES or standard input, as a mail server's pipe does.

    The exit status is 0 once they are stored, and 75 where they are to be brought again.
    """
    try:
        for path in _mails(files or (Path("-"),)):
            content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
            actions.receive(program.app, program.actor, content, recipients)
    except Exception as error:  # noqa: BLE001 - with another status a report is returned, and lost
        words = error if isinstance(error, NewsletterError) else reasons.describe_error(error)
        program.warn(f"newsletter: {words}")
        sys.exit(TRY_AGAIN)


def _mails(files: tuple[Path, ...]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file())
        else:
            yield path


def _described(program: Invocation, path: Path, content: bytes) -> dict[str, Any]:
    report = read(content)
    first = next((one for one in report.findings if one.kind is report.kind), None)
    return {
        "file": str(path),
        "kind": report.kind.value,
        "recipients": [one.recipient for one in report.findings if one.recipient],
        "status": first.status if first else "",
        "reason": first.reason if first else "",
        "delivery": _delivery(program, content),
    }


def _delivery(program: Invocation, content: bytes) -> int | None:
    """The delivery that a signed address names, where this is a site's folder."""
    if not program.config_path.exists():
        return None
    return incoming.delivery_of(content, EnvelopeSigner(program.app.secret))


def consequence(event: EventView) -> str:
    """What followed, in one word."""
    if event.undone_at:
        return "undone"
    return "suppressed" if event.suppressed else ""
