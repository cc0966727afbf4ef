"""`newsletter digest preview, send`."""

from pathlib import Path

import click

from newsletter.actions import digests
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.sending.foreground import send_in_foreground
from newsletter.cli.sending.previews import send_test_mail, show_preview
from newsletter.config.tables.sending import UncertainPolicy
from newsletter.editions.digests.composition import design_digest
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.digests.upcoming import next_edition
from newsletter.editions.models import EditionState
from newsletter.queries.editions.previews import Preview, PreviewRecipient


@click.command()
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
    program: Invocation,
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
        composition = next_edition(session, app.config, app.renderer, name, now)
        if isinstance(composition, NoEdition):
            program.say(f"Digest {name} has nothing to say: {composition.reason}.")
            return
        reader = PreviewRecipient.of(session, subscriber, topics)
        preview = Preview.of(app, session, composition, reader, now, is_test=bool(test_address))
        waiting = design_digest(session, app.config, name, period=None, now=now).waiting
    if test_address:
        send_test_mail(program, preview, test_address)
    else:
        show_preview(program, preview, folder, in_browser=in_browser, as_json=as_json)
    if waiting and not as_json:
        program.say(f"{waiting} more articles wait for a later edition (maximum_articles).")


@click.command()
@click.argument("name")
@click.option("--queue", is_flag=True, help="Leave the sending to `newsletter serve`.")
@click.option("--transport", default="", metavar="NAME", help="By this transport or route.")
@click.option(
    "--uncertain",
    type=click.Choice([policy.value for policy in UncertainPolicy]),
    help="What to do with uncertain deliveries.",
)
@pass_program
def send(
    program: Invocation, name: str, queue: bool, transport: str, uncertain: str | None
) -> None:
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
