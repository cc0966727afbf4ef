"""`newsletter subscribers add, confirm, remove, erase`: one membership, from beginning to end."""

import click

from newsletter.actions import subscribers as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.people.lookup import number_of, person_at, topics_of
from subscribers.addresses import normalise_address
from subscribers.membership import Signup
from subscribers.models import Frequency

FREQUENCIES = click.Choice([frequency.value for frequency in Frequency])


@click.command()
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
    program: Invocation,
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


@click.command()
@click.argument("address")
@click.option("--consent", metavar="PROOF", required=True, help="How and when they confirmed.")
@pass_program
def confirm(program: Invocation, address: str, consent: str) -> None:
    """Confirm a pending subscriber whose consent is proven."""
    with program.database.read() as session:
        subscriber = person_at(program, session, address)
    is_new = actions.confirm(program.app, program.actor, subscriber.id, consent)
    program.say(f"{subscriber.address} {'is confirmed' if is_new else 'was confirmed before'}.")


@click.command()
@click.argument("address")
@pass_program
def remove(program: Invocation, address: str) -> None:
    """End a subscription at their request; mail already queued is not sent."""
    with program.database.read() as session:
        subscriber = person_at(program, session, address)
    ended = actions.end(program.app, program.actor, subscriber.id)
    program.say(f"{subscriber.address} {'has left' if ended else 'had left before'}.")


@click.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def erase(program: Invocation, address: str, yes: bool) -> None:
    """Erase a subscriber; a hash stays, so that they are never mailed again."""
    normalised = normalise_address(address)
    if not yes and not program.ask(f"Erase {normalised} for good?"):
        program.say("Nothing was changed.")
        return
    actions.erase(program.app, program.actor, number_of(program, address))
    program.say(f"{normalised} is erased.")
