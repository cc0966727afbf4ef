"""`newsletter bulletin`: a one-off message, with a confirmation and time to undo it."""

import time
from pathlib import Path

import click

from newsletter.actions import bulletins
from newsletter.actions.digests import ComposedEdition
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.people.segments import resolve_segment
from newsletter.cli.sending import drafts
from newsletter.cli.sending.bulletin_files import needed_subject, read_bulletin
from newsletter.cli.sending.foreground import send_in_foreground
from newsletter.cli.sending.previews import send_test_mail, show_preview
from newsletter.config.tables.sending import UncertainPolicy
from newsletter.delivery.dry_run import audience_of
from newsletter.editions import store
from newsletter.editions.compose import BulletinDraft, design_bulletin, refuse_repetition
from newsletter.editions.composing.composition import Composition
from newsletter.editions.dates import clock_time
from newsletter.errors import Conflict
from newsletter.queries.editions.previews import Preview, PreviewRecipient


@click.group()
def bulletin() -> None:
    """Send a one-off bulletin."""


for _command in drafts.COMMANDS:
    bulletin.add_command(_command)


@bulletin.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--subject", default="", help="The subject line; else the file's title.")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="SLUG",
    help="Only to those who chose this topic (or all topics); may be repeated.",
)
@click.option(
    "--segment", default="", metavar="NAME|EXPRESSION", help="Only to this segment of subscribers."
)
@click.option(
    "--at",
    "at",
    metavar="'YYYY-MM-DD HH:MM'",
    help="When to send, in the site's zone; else the file's date, or after the undo window.",
)
@click.option("--html", "is_html", is_flag=True, help="The text is HTML, whatever the file's name.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--again", is_flag=True, help="Send the same bulletin again within a day.")
@click.option("--wait", is_flag=True, help="Wait until then and send it in the foreground.")
@click.option("--transport", default="", metavar="NAME", help="By this transport or route.")
@click.option(
    "--uncertain",
    type=click.Choice([policy.value for policy in UncertainPolicy]),
    help="What to do with uncertain deliveries.",
)
@click.option("--preview", is_flag=True, help="Show the mail and its audience; send nothing.")
@click.option(
    "--test",
    "test_address",
    metavar="ADDRESS",
    help="Mail it to this address alone, marked as a test.",
)
@pass_program
def send(
    program: Invocation,
    file: Path,
    subject: str,
    topics: tuple[str, ...],
    segment: str,
    at: str | None,
    is_html: bool,
    yes: bool,
    again: bool,
    wait: bool,
    transport: str,
    uncertain: str | None,
    preview: bool,
    test_address: str | None,
) -> None:
    """Send FILE (Markdown, or HTML by its name; - reads standard input) as a bulletin.

    Its front matter may have a title and a date: its subject, and when to send it.
    """
    bulletin = read_bulletin(program, file, subject, at)
    draft = BulletinDraft(
        subject=needed_subject(bulletin),
        text=bulletin.text,
        is_html=is_html or bulletin.is_html,
        topics=topics,
        segment=segment,
        send_at=bulletin.send_at,
        again=again or preview or bool(test_address),
        transport=transport,
        uncertain=UncertainPolicy(uncertain) if uncertain else None,
    )
    if segment:
        with program.database.read() as session:
            resolve_segment(program, session, segment)
    if preview or test_address:
        _preview_or_test(program, draft, test_address)
        return
    edition = _compose(program, draft, yes)
    if edition is None:
        program.say("Nothing was sent.")
        return
    _follow(program, edition, wait)


def _follow(program: Invocation, edition: ComposedEdition, wait: bool) -> None:
    """Say when it leaves, and wait until it has where that is asked for."""
    when = clock_time(edition.send_at, program.config.site.timezone)
    program.say(f"Edition {edition.number} leaves at {when}.")
    program.say(f"To undo it: newsletter editions cancel {edition.number}")
    if wait:
        _wait_for(program, edition)
        raise SystemExit(send_in_foreground(program, edition.number))
    program.say("`newsletter serve` sends it.")


def _preview_or_test(program: Invocation, draft: BulletinDraft, test_address: str | None) -> None:
    app, now = program.app, program.clock.now()
    with program.database.read() as session:
        edition = design_bulletin(session, app.config, draft, now)
        edition.id = store.last_number(session) + 1
        composition = Composition(edition=edition)
        preview = Preview.of(
            app, session, composition, PreviewRecipient(), now, is_test=bool(test_address)
        )
    if test_address:
        send_test_mail(program, preview, test_address)
    else:
        show_preview(program, preview, None, in_browser=False, as_json=False)


def _compose(program: Invocation, draft: BulletinDraft, yes: bool) -> ComposedEdition | None:
    """Queue the bulletin after confirmation of the number of recipients; None if declined."""
    now = program.clock.now()
    with program.database.read() as session:
        edition = design_bulletin(session, program.config, draft, now)
        if not draft.again:
            refuse_repetition(session, edition, now)
        recipients = audience_of(session, Composition(edition=edition), now).recipients
    if not recipients:
        raise Conflict("nobody would receive this bulletin; look at --topic and the subscribers")
    people = "1 person" if recipients == 1 else f"{recipients} people"
    if not yes and not program.ask(f"Send “{edition.subject}” to {people}?"):
        return None
    return bulletins.send(program.app, program.actor, draft)


def _wait_for(program: Invocation, edition: ComposedEdition) -> None:
    seconds = max(0, int((edition.send_at - program.clock.now()).total_seconds()) + 1)
    with program.progress("waiting; Ctrl-C leaves it to `newsletter serve`", seconds) as progress:
        for _ in range(seconds):
            time.sleep(1)
            progress.advance()
