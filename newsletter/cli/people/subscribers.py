"""`newsletter subscribers`: administration of the list."""

from typing import Any

import click
from sqlalchemy.orm import Session

from newsletter.actions import subscribers as actions
from newsletter.cli.context import Program, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.cli.people.changes import change, disclose, pause
from newsletter.cli.people.consent import consent, reasons
from newsletter.cli.people.exports import export
from newsletter.cli.people.import_history import imports
from newsletter.cli.people.imports import import_
from newsletter.cli.people.lookup import number_of, person_at, topics_of
from newsletter.cli.people.segments import evaluation_of, resolve_segment, segments
from newsletter.cli.people.suppressions import suppress, unsuppress
from newsletter.editions.dates import clock_time
from subscribers import store
from subscribers.addresses import normalise_address
from subscribers.consent import history
from subscribers.membership import Signup
from subscribers.models import Frequency, Subscriber, SubscriberStatus
from subscribers.search import page
from subscribers.segments.store import members
from subscribers.topics import Choice

FREQUENCIES = click.Choice([frequency.value for frequency in Frequency])
STATUSES = click.Choice([status.value for status in SubscriberStatus])


@click.group()
def subscribers() -> None:
    """Add, list, suppress and remove subscribers."""


subscribers.add_command(import_)
subscribers.add_command(imports)
subscribers.add_command(export)
subscribers.add_command(segments)
subscribers.add_command(consent)
subscribers.add_command(reasons)
subscribers.add_command(change)
subscribers.add_command(pause)
subscribers.add_command(disclose)
subscribers.add_command(suppress)
subscribers.add_command(unsuppress)


@subscribers.command()
@click.argument("address")
@click.option("--name", default="", help="Their name, for the greeting.")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="SLUG",
    help="A topic they chose; repeatable. None: all.",
)
@click.option("--frequency", type=FREQUENCIES, default=Frequency.REGULAR.value, show_default=True)
@click.option(
    "--consent",
    metavar="PROOF",
    help="How and when they agreed (“paper form, 1 May”). Without it they are pending: no mail.",
)
@pass_program
def add(
    program: Program,
    address: str,
    name: str,
    topics: tuple[str, ...],
    frequency: str,
    consent: str | None,
) -> None:
    """Add a subscriber; with proof of consent they are confirmed at once."""
    proof = (consent or "").strip()
    with program.database.read() as session:
        slugs = topics_of(program, session, topics)
    joining = Signup(address=address, name=name, topics=slugs, frequency=Frequency(frequency))
    added = actions.add(program.app, program.actor, joining, proof)
    if not added.was_confirmed:
        program.say(f"{added.address} is {added.status.value}.")
    elif proof:
        program.say(f"{added.address} was confirmed before; they are sent what you said now.")
    else:
        program.say(
            f"{added.address} was confirmed before, and nothing was changed; "
            "to change what they are sent, say how they asked for it: --consent PROOF"
        )


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
    program: Program,
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
            expression = resolve_segment(program, session, segment)
            within = members(expression, evaluation_of(program, session))
        found = page(
            session,
            status=SubscriberStatus(status) if status else None,
            within=within,
            words=search,
            limit=limit,
            below=below,
        )
        choices = store.choices_of(session, found)
        rows = [_as_dict(person, choices[person.choice_id]) for person in found]
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
def show(program: Program, address: str, as_json: bool) -> None:
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


@subscribers.command()
@click.argument("address")
@click.option("--consent", metavar="PROOF", required=True, help="How and when they confirmed.")
@pass_program
def confirm(program: Program, address: str, consent: str) -> None:
    """Confirm a pending subscriber whose consent is proven."""
    with program.database.read() as session:
        subscriber = person_at(program, session, address)
    is_new = actions.confirm(program.app, program.actor, subscriber.id, consent)
    program.say(f"{subscriber.address} {'is confirmed' if is_new else 'was confirmed before'}.")


@subscribers.command()
@click.argument("address")
@pass_program
def remove(program: Program, address: str) -> None:
    """End a subscription at their request; mail already queued is not sent."""
    with program.database.read() as session:
        subscriber = person_at(program, session, address)
    ended = actions.end(program.app, program.actor, subscriber.id)
    program.say(f"{subscriber.address} {'has left' if ended else 'had left before'}.")


@subscribers.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def erase(program: Program, address: str, yes: bool) -> None:
    """Erase a subscriber; a hash stays, so that they are never mailed again."""
    known = normalise_address(address)
    if not yes and not click.confirm(f"Erase {known} for good?", err=True):
        program.say("Nothing was changed.")
        return
    actions.erase(program.app, program.actor, number_of(program, address))
    program.say(f"{known} is erased.")


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
