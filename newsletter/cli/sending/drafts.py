"""Commands of `newsletter bulletin` on saved bulletins: write, copy, discard and send them."""

from pathlib import Path

import click

from newsletter.actions import bulletins
from newsletter.actions.digests import ComposedEdition
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_table
from newsletter.cli.sending.bulletin_files import read_bulletin
from newsletter.editions.bulletins import store
from newsletter.editions.bulletins.writing import Writing
from newsletter.editions.dates import clock_time
from newsletter.editions.models import EditionState

DRAFTS_SHOWN = 50


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those that were sent, too.")
@pass_program
def drafts(program: Invocation, everything: bool) -> None:
    """List the saved bulletins, the newest first."""
    with program.database.read() as session:
        bulletins = store.page(session, open_only=not everything, limit=DRAFTS_SHOWN)
    zone = program.config.site.timezone
    print_table(
        program,
        ("bulletin", "subject", "changed", "edition"),
        [
            (b.id, b.subject or "(no subject)", clock_time(b.changed_at, zone), e.id if e else "")
            for b, e in bulletins
        ],
        "No bulletin is saved; save one with: newsletter bulletin save FILE --subject …",
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--number", type=int, help="Write over this saved bulletin.")
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
@click.option("--at", metavar="'YYYY-MM-DD HH:MM'", help="When to send, in the site's zone.")
@click.option("--in-quiet-hours", is_flag=True, help="It may leave in bulletins.quiet.")
@pass_program
def save(
    program: Invocation,
    file: Path,
    number: int | None,
    subject: str,
    topics: tuple[str, ...],
    segment: str,
    at: str | None,
    in_quiet_hours: bool,
) -> None:
    """Save FILE (Markdown, or HTML by its name) as a bulletin that is not sent yet."""
    bulletin = read_bulletin(program, file, subject, at)
    writing = Writing(
        subject=bulletin.subject,
        text=bulletin.text,
        is_html=bulletin.is_html,
        topics=topics,
        segment=segment,
        send_at=bulletin.send_at,
        in_quiet_hours=in_quiet_hours,
    )
    saved = bulletins.save(program.app, program.actor, writing, number=number)
    program.say(f"Saved as bulletin {saved.number}.")


@click.command()
@click.argument("number", type=int)
@pass_program
def copy(program: Invocation, number: int) -> None:
    """Copy a saved bulletin into a new one."""
    bulletin = bulletins.copy(program.app, program.actor, number)
    program.say(f"Copied to bulletin {bulletin}.")


@click.command()
@click.argument("number", type=int)
@pass_program
def discard(program: Invocation, number: int) -> None:
    """Delete a saved bulletin that is not sent."""
    bulletins.discard(program.app, program.actor, number)
    program.say(f"Bulletin {number} is deleted.")


@click.command("send-saved")
@click.argument("number", type=int)
@click.option("--again", is_flag=True, help="Send the same bulletin again within a day.")
@pass_program
def send_saved(program: Invocation, number: int, again: bool) -> None:
    """Send a saved bulletin; a second time it is the same edition."""
    _tell(program, bulletins.send_saved(program.app, program.actor, number, again=again))


@click.command()
@click.argument("number", type=int)
@click.option("--again", is_flag=True, help="Although the same was sent within a day.")
@pass_program
def submit(program: Invocation, number: int, again: bool) -> None:
    """Ask the senders to approve a saved bulletin."""
    _tell(program, bulletins.submit(program.app, program.actor, number, again=again))


def _tell(program: Invocation, edition: ComposedEdition) -> None:
    if edition.state is EditionState.DRAFT:
        program.say(f"Edition {edition.number} waits for approval.")
        return
    when = clock_time(edition.send_at, program.config.site.timezone)
    program.say(f"Edition {edition.number} is {edition.state.value}, for {when}.")
    program.say(f"To undo it: newsletter editions cancel {edition.number}")


COMMANDS = (drafts, save, copy, discard, send_saved, submit)
