"""`newsletter subscribers change`, `pause` and `disclose`: one person, at their wish."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import click

from newsletter.actions import subscribers as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json
from newsletter.cli.people.lookup import number_of, person_at, topics_of
from newsletter.editions.dates import clock_time
from newsletter.errors import InvalidInput
from subscribers.membership import preferences_of
from subscribers.models import Frequency
from subscribers.topics import Choice

FREQUENCIES = click.Choice([frequency.value for frequency in Frequency])
ALL = "all"


@click.command()
@click.argument("address")
@click.option("--name", help="Their name, for the greeting.")
@click.option(
    "--topic", "topics", multiple=True, metavar="SLUG", help="Repeatable; “all”: every topic."
)
@click.option(
    "--digest", "digests", multiple=True, metavar="NAME", help="Repeatable; “all”: every digest."
)
@click.option("--frequency", type=FREQUENCIES)
@click.option("--language", help="Of the digests they get; empty: all languages.")
@click.option("--consent", metavar="PROOF", required=True, help="How and when they asked for it.")
@pass_program
def change(
    program: Invocation,
    address: str,
    name: str | None,
    topics: tuple[str, ...],
    digests: tuple[str, ...],
    frequency: str | None,
    language: str | None,
    consent: str,
) -> None:
    """Set a subscriber's name and what they are sent; what is not named stays."""
    unknown = set(digests) - {ALL, *program.config.digests}
    if unknown:
        names = ", ".join(program.config.digests)
        raise InvalidInput(f"there is no digest {min(unknown)}; write one of: {names}")
    with program.database.read() as session:
        subscriber = person_at(program, session, address)
        wishes = preferences_of(session, subscriber)
        chosen = () if ALL in topics else topics_of(program, session, topics)
    wishes = replace(
        wishes,
        name=wishes.name if name is None else name,
        choice=Choice(
            topics=chosen if topics else wishes.choice.topics,
            digests=(() if ALL in digests else digests) if digests else wishes.choice.digests,
        ),
        frequency=Frequency(frequency) if frequency else wishes.frequency,
        language=wishes.language if language is None else language,
    )
    is_changed = actions.change(program.app, program.actor, subscriber.id, wishes, consent)
    program.say(f"{subscriber.address} {'is changed' if is_changed else 'stands as before'}.")


@click.command()
@click.argument("address")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day of the next mail.")
@click.option("--end", "ends", is_flag=True, help="End the pause.")
@pass_program
def pause(program: Invocation, address: str, until: datetime | None, ends: bool) -> None:
    """Send a subscriber nothing until a day, at their wish."""
    if (until is None) != ends:
        raise InvalidInput("write either --until DAY or --end")
    zone = program.config.site.timezone
    moment = datetime.combine(until, time(), ZoneInfo(zone)) if until else None
    number = number_of(program, address)
    is_changed = actions.pause(program.app, program.actor, number, moment)
    if not is_changed:
        program.say("Nothing was changed.")
    elif moment:
        program.say(f"Paused until {clock_time(moment, zone)}.")
    else:
        program.say("The pause is over.")


@click.command()
@click.argument("address")
@pass_program
def disclose(program: Invocation, address: str) -> None:
    """Print everything held about a subscriber, as JSON, for them."""
    number = number_of(program, address)
    print_json(program, actions.disclose(program.app, program.actor, number))
