"""Commands of `newsletter digest` on the coming edition: look at it, change it, release it."""

from collections.abc import Sequence
from typing import Any

import click

from newsletter.actions import digests
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json
from newsletter.cli.sending.inputs import chosen_edit, edit_options
from newsletter.editions.dates import clock_time
from newsletter.editions.models import EditionState
from newsletter.queries.editions.coming import ComingStory, coming_view


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def coming(program: Invocation, name: str, as_json: bool) -> None:
    """Show the coming edition: its time, its stories, and what is left out."""
    with program.database.read() as session:
        view = coming_view(session, program.config, name, program.clock.now())
    if as_json:
        print_json(program, vars(view))
        return
    zone = program.config.site.timezone
    program.say(f"{view.name}: {clock_time(view.at, zone) if view.at else 'no run is to come'}")
    if view.shares_mail_with:
        program.say(f"In one mail with: {', '.join(view.shares_mail_with)}")
    if view.is_held:
        program.say("Held: it waits for approval at its time.")
    if view.introduction:
        program.say(f"Greeting: {view.introduction}")
    if view.nothing:
        program.say(f"It has nothing to say: {view.nothing}.")
    _list(program, "", view.stories)
    _list(program, "Waiting for a later edition:", view.waiting)
    _list(program, "Dropped this time:", view.dropped)
    _list(program, "Never in this digest:", view.excluded)


def _list(program: Invocation, heading: str, stories: Sequence[ComingStory]) -> None:
    if stories and heading:
        program.say(heading)
    for story in stories:
        program.say(f"  {story.article}: {story.title}")


@click.command()
@click.argument("name")
@edit_options
@pass_program
def edit(program: Invocation, name: str, **chosen: Any) -> None:
    """Change the coming edition; what is changed goes into the next one that is composed.

    One move, drop or restore at a time; articles by their numbers, as `digest coming` shows them.
    """
    digests.edit(program.app, program.actor, name, chosen_edit(**chosen))
    program.say(f"Changed; see: newsletter digest coming {name}")


@click.command()
@click.argument("name")
@pass_program
def hold(program: Invocation, name: str) -> None:
    """Let the coming edition wait for approval at its time."""
    digests.hold(program.app, program.actor, name)
    program.say(f"The coming edition of {name} waits; let it go with: newsletter digest unhold")


@click.command()
@click.argument("name")
@pass_program
def unhold(program: Invocation, name: str) -> None:
    """Let a held edition go at its time again."""
    digests.unhold(program.app, program.actor, name)
    program.say(f"The coming edition of {name} goes at its time.")


@click.command()
@click.argument("name")
@click.argument("period")
@pass_program
def skip(program: Invocation, name: str, period: str) -> None:
    """Leave out a run to come, named by its date as `digest schedule --json` shows it."""
    digests.skip(program.app, program.actor, name, period)
    program.say(f"The run {period} of {name} is left out; its stories go into the next.")


@click.command()
@click.argument("name")
@click.argument("period")
@pass_program
def unskip(program: Invocation, name: str, period: str) -> None:
    """Let a run happen that was to be left out."""
    digests.unskip(program.app, program.actor, name, period)
    program.say(f"The run {period} of {name} happens.")


@click.command()
@click.argument("name")
@click.option("--now", "at_once", is_flag=True, help="Send it after the undo window.")
@pass_program
def release(program: Invocation, name: str, at_once: bool) -> None:
    """Approve the coming edition as it is now; what is published later goes into the next."""
    edition = digests.release(program.app, program.actor, name, seen=None, at_once=at_once)
    if edition.state is EditionState.DRAFT:
        program.say(f"Edition {edition.number} is approved by you, and waits for others.")
        return
    when = clock_time(edition.send_at, program.config.site.timezone)
    program.say(f"Edition {edition.number} leaves at {when}: {edition.subject}")
    program.say(f"To edit it again: newsletter editions reopen {edition.number}")


@click.command()
@click.argument("name")
@pass_program
def submit(program: Invocation, name: str) -> None:
    """Ask the senders to approve the coming edition as it is now."""
    edition = digests.submit(program.app, program.actor, name, seen=None)
    program.say(f"Edition {edition.number} waits for approval: {edition.subject}")
