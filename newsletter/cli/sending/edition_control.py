"""`newsletter editions approve, pause, resume, retry, cancel, send, resolve`."""

import click

from newsletter.actions import editions as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import count_line
from newsletter.cli.sending.foreground import send_in_foreground
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store


@click.command()
@click.argument("number", type=int)
@pass_program
def approve(program: Invocation, number: int) -> None:
    """Approve an edition as it is, so that it is sent."""
    missing = actions.approve(program.app, program.actor, number)
    if missing:
        program.say(f"Edition {number} is approved by you; {missing} more must approve it.")
    else:
        program.say(f"Edition {number} is approved; `newsletter serve` sends it.")


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="Every edition queued or being sent.")
@pass_program
def pause(program: Invocation, number: int | None, everything: bool) -> None:
    """Pause an edition, or all of them at once."""
    if everything == (number is not None):
        raise click.UsageError("name an edition by its number, or give --all")
    if number is None:
        numbers = actions.pause_all(program.app, program.actor)
    else:
        actions.pause(program.app, program.actor, number)
        numbers = [number]
    for paused in numbers:
        program.say(f"Edition {paused} is paused; go on with: newsletter editions resume {paused}")
    if not numbers:
        program.say("Nothing is being sent or queued.")


@click.command()
@click.argument("number", type=int)
@click.option("--delivery", type=int, help="Only this one, as `editions answers` shows it.")
@pass_program
def retry(program: Invocation, number: int, delivery: int | None) -> None:
    """Queue the failed deliveries of an edition again."""
    count = actions.retry(program.app, program.actor, number, delivery=delivery)
    if count:
        program.say(f"{count} deliveries are queued again; `newsletter serve` sends them.")
    else:
        program.say(f"Nothing of edition {number} has failed.")


@click.command()
@click.argument("number", type=int)
@pass_program
def resume(program: Invocation, number: int) -> None:
    """Resume a paused or stopped edition."""
    actions.resume(program.app, program.actor, number)
    program.say(f"Edition {number} goes on; `newsletter serve` sends it.")


@click.command()
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def cancel(program: Invocation, number: int, yes: bool) -> None:
    """Cancel an edition for good; undoes a bulletin within its undo window."""
    with program.database.read() as session:
        edition = store.by_id(session, number)
    if not yes and not program.ask(f"Cancel edition {number}, “{edition.subject}”?"):
        program.say("Nothing was changed.")
        return
    skipped, counts = actions.cancel(program.app, program.actor, number)
    program.say(f"Edition {number} is cancelled; {skipped} left out. In all: {count_line(counts)}.")


@click.command()
@click.argument("number", type=int)
@pass_program
def send(program: Invocation, number: int) -> None:
    """Send the due deliveries of an edition in the foreground, with progress."""
    raise SystemExit(send_in_foreground(program, number))


@click.command()
@click.argument("number", type=int)
@click.option(
    "--resend/--leave", default=None, help="Send the uncertain ones again, or leave them."
)
@click.option("--delivery", type=int, help="Only this one, as `editions answers` shows it.")
@pass_program
def resolve(program: Invocation, number: int, resend: bool | None, delivery: int | None) -> None:
    """Settle uncertain deliveries, which may or may not have arrived."""
    with program.database.read() as session:
        reasons = [r for r in ledger_store.reasons(session, number) if r[0] == "uncertain"]
    for _, reason, count in reasons:
        program.say(f"{count}: {reason}")
    if resend is None:
        program.say(
            "Decide with --resend (some may get it twice) or --leave (some may go without)."
        )
        return
    count = actions.resolve(program.app, program.actor, number, resend=resend, delivery=delivery)
    program.say(f"{count} deliveries {'are queued again' if resend else 'are left as they are'}.")
