"""`newsletter subscribers`: administration of the list."""

from typing import Any

import click
from sqlalchemy.orm import Session

from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.lazy_group import LazyGroup
from newsletter.cli.output import print_json, print_table
from newsletter.cli.people.lookup import person_at
from newsletter.editions.dates import clock_time
from subscribers import store
from subscribers.consent import history
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.search import page
from subscribers.topics import Choice

STATUSES = click.Choice([status.value for status in SubscriberStatus])


# Where each command stands, in the order of a subscription.
PLACES = {
    "add": "people.membership:add",
    "confirm": "people.membership:confirm",
    "change": "people.changes:change",
    "pause": "people.changes:pause",
    "remove": "people.membership:remove",
    "erase": "people.membership:erase",
    "disclose": "people.changes:disclose",
    "consent": "people.consent:consent",
    "reasons": "people.consent:reasons",
    "suppress": "people.suppressions:suppress",
    "unsuppress": "people.suppressions:unsuppress",
    "segments": "people.segments:segments",
    "import": "people.imports:import_",
    "imports": "people.import_history:imports",
    "export": "people.exports:export",
}


@click.group(cls=LazyGroup, places=PLACES)
def subscribers() -> None:
    """Add, list, suppress and remove subscribers."""


@subscribers.command("list")
@click.option("--status", type=STATUSES, help="Only these.")
@click.option("--search", default="", metavar="TEXT", help="Part of an address or name.")
@click.option("--segment", metavar="NAME|EXPRESSION", help="Only of this segment.")
@click.option(
    "--below",
    type=click.IntRange(1, 10**12),
    metavar="ID",
    help="The next page: those before this number.",
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_subscribers(
    program: Invocation,
    status: str | None,
    search: str,
    segment: str | None,
    below: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """List subscribers, newest first."""
    with program.database.read() as session:
        within = None
        if segment:
            from newsletter.cli.people.segments import evaluation_of, resolve_segment
            from subscribers.segments.store import members

            expression = resolve_segment(program, session, segment)
            within = members(expression, evaluation_of(program, session))
        listed = page(
            session,
            status=SubscriberStatus(status) if status else None,
            within=within,
            words=search,
            limit=limit,
            after=below,
        )
        choices = store.choices_of(session, listed)
        rows = [_as_dict(person, choices[person.choice_id]) for person in listed]
        counts = store.count_by_status(session)
    if as_json:
        print_json(program, rows)
        return
    print_table(
        program,
        ("address", "name", "status", "frequency", "topics"),
        [
            (r["address"], r["name"], r["status"], r["frequency"], ", ".join(r["topics"]) or "all")
            for r in rows
        ],
        "There is no such subscriber.",
    )
    program.warn(", ".join(f"{count} {state.value}" for state, count in counts.items()))
    if len(rows) == limit:
        program.warn(f"For the next page add: --below {rows[-1]['id']}")


@subscribers.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def show(program: Invocation, address: str, as_json: bool) -> None:
    """Show one subscriber, with the history of their consent."""
    with program.database.read() as session:
        subscriber = person_at(program, session, address)
        choice = store.choice_of(session, subscriber)
        details = _as_dict(subscriber, choice) | _details(session, subscriber)
    if as_json:
        print_json(program, details)
        return
    zone = program.config.site.timezone
    for key in ("address", "name", "status", "frequency", "language", "source", "suppressed"):
        if details[key]:
            program.say(f"{key}: {details[key]}")
    for key in ("topics", "digests"):
        program.say(f"{key}: {', '.join(details[key]) or 'all'}")
    for key, value in details["attributes"].items():
        program.say(f"{key}: {value}")
    if details["paused_until"] and details["paused_until"] > program.clock.now():
        program.say(f"paused until: {clock_time(details['paused_until'], zone)}")
    for event in details["consent"]:
        program.say(f"{clock_time(event['at'], zone)}  consent {event['kind']}: {event['source']}")


def _details(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    suppression = store.find_suppression(session, subscriber.address_hash)
    return {
        "language": subscriber.language,
        "source": subscriber.source,
        "attributes": dict(subscriber.attributes),
        "ended_at": subscriber.ended_at,
        "active_at": subscriber.active_at,
        "suppressed": suppression.reason if suppression else None,
        "consent": [
            {"at": event.at, "kind": event.kind.value, "source": event.source}
            for event in history(session, subscriber)
        ],
    }


def _as_dict(subscriber: Subscriber, choice: Choice) -> dict[str, Any]:
    return {
        "id": subscriber.id,
        "address": subscriber.address,
        "name": subscriber.name,
        "status": subscriber.status.value,
        "frequency": subscriber.frequency.value,
        "topics": list(choice.topics),
        "digests": list(choice.digests),
        "paused_until": subscriber.paused_until,
        "joined_at": subscriber.joined_at,
        "confirmed_at": subscriber.confirmed_at,
    }
