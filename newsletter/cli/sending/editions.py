"""`newsletter editions`: the state of editions, and control of sending."""

from typing import Any

import click

from newsletter.actions import editions as actions
from newsletter.cli.context import Program, pass_program
from newsletter.cli.output import count_line, print_json, print_table
from newsletter.cli.sending import edition_details
from newsletter.cli.sending.foreground import send_in_foreground
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.editions.composing.composition import Composition
from newsletter.editions.dates import clock_time
from newsletter.editions.models import Edition
from newsletter.queries.approvals import ApprovalStatus, approval_status
from newsletter.queries.coming import stories_of_draft


@click.group()
def editions() -> None:
    """See, pause, resume and cancel what is being sent."""


for _command in edition_details.COMMANDS:
    editions.add_command(_command)


@editions.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_editions(program: Program, limit: int, as_json: bool) -> None:
    """List the newest editions with the counts of their deliveries."""
    with program.database.read() as session:
        found = [(e, ledger_store.counts(session, e.id)) for e in store.newest(session, limit)]
    if as_json:
        print_json(program, [_as_dict(edition, counts) for edition, counts in found])
        return
    zone = program.config.site.timezone
    print_table(
        program,
        ("edition", "what", "state", "when", "subject", "deliveries"),
        [
            (
                e.id,
                e.digest or e.kind.value,
                e.state.value,
                clock_time(e.send_at, zone),
                e.subject or e.note,
                count_line(counts),
            )
            for e, counts in found
        ],
        "There is no edition yet; make one with: newsletter digest send NAME",
    )


@editions.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def show(program: Program, number: int, as_json: bool) -> None:
    """Show one edition: articles, counts and reasons."""
    with program.database.read() as session:
        edition = store.by_id(session, number)
        counts = ledger_store.counts(session, number)
        reasons = ledger_store.reasons(session, number)
        articles = [story.title for story in stories_of_draft(session, number)]
        composition = Composition.of(session, edition)
        approval = approval_status(session, composition, str(program.actor))
    if as_json:
        details = {"articles": articles, "reasons": reasons}
        print_json(program, _as_dict(edition, counts) | details)
        return
    zone = program.config.site.timezone
    program.say(f"Edition {edition.id}, {edition.title}: {edition.state.value}")
    for label, value in (
        ("Subject", edition.subject),
        ("Note", edition.note),
        ("Period", edition.period or ""),
        ("Leaves", clock_time(edition.send_at, zone)),
        ("Mails in doubt", edition.uncertain.value),
        ("Deliveries", f"{sum(counts.values())} ({count_line(counts)})"),
    ):
        if value:
            program.say(f"{label}: {value}")
    for title in articles:
        program.say(f"  - {title}")
    if approval.is_waiting:
        _show_approval(program, number, approval)
    for state, reason, count in reasons:
        program.say(f"{count} {state}: {reason}")


def _show_approval(program: Program, number: int, approval: ApprovalStatus) -> None:
    """How far it is approved, and what changed since this person looked last."""
    for given in approval.given:
        if given.counts:
            program.say(f"Approved by {given.actor}.")
    program.say(f"It waits for {approval.missing} to approve it.")
    for change in approval.changes:
        program.say(f"Since you last looked: {change}")
    actions.look(program.app, program.actor, number)


@editions.command()
@click.argument("number", type=int)
@pass_program
def approve(program: Program, number: int) -> None:
    """Approve an edition as it is, so that it is sent."""
    missing = actions.approve(program.app, program.actor, number)
    if missing:
        program.say(f"Edition {number} is approved by you; {missing} more must approve it.")
    else:
        program.say(f"Edition {number} is approved; `newsletter serve` sends it.")


@editions.command()
@click.argument("number", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="Every edition queued or being sent.")
@pass_program
def pause(program: Program, number: int | None, everything: bool) -> None:
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


@editions.command()
@click.argument("number", type=int)
@click.option("--delivery", type=int, help="Only this one, as `editions answers` shows it.")
@pass_program
def retry(program: Program, number: int, delivery: int | None) -> None:
    """Queue the failed deliveries of an edition again."""
    count = actions.retry(program.app, program.actor, number, delivery=delivery)
    if count:
        program.say(f"{count} deliveries are queued again; `newsletter serve` sends them.")
    else:
        program.say(f"Nothing of edition {number} has failed.")


@editions.command()
@click.argument("number", type=int)
@pass_program
def resume(program: Program, number: int) -> None:
    """Resume a paused or stopped edition."""
    actions.resume(program.app, program.actor, number)
    program.say(f"Edition {number} goes on; `newsletter serve` sends it.")


@editions.command()
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def cancel(program: Program, number: int, yes: bool) -> None:
    """Cancel an edition for good; undoes a bulletin within its undo window."""
    with program.database.read() as session:
        edition = store.by_id(session, number)
    if not yes and not click.confirm(f"Cancel edition {number}, “{edition.subject}”?", err=True):
        program.say("Nothing was changed.")
        return
    skipped, counts = actions.cancel(program.app, program.actor, number)
    program.say(f"Edition {number} is cancelled; {skipped} left out. In all: {count_line(counts)}.")


@editions.command()
@click.argument("number", type=int)
@pass_program
def send(program: Program, number: int) -> None:
    """Send the due deliveries of an edition in the foreground, with progress."""
    raise SystemExit(send_in_foreground(program, number))


@editions.command()
@click.argument("number", type=int)
@click.option(
    "--resend/--leave", default=None, help="Send the uncertain ones again, or leave them."
)
@click.option("--delivery", type=int, help="Only this one, as `editions answers` shows it.")
@pass_program
def resolve(program: Program, number: int, resend: bool | None, delivery: int | None) -> None:
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


def _as_dict(edition: Edition, counts: Any) -> dict[str, Any]:
    return {
        "edition": edition.id,
        "kind": edition.kind.value,
        "digest": edition.digest,
        "period": edition.period,
        "state": edition.state.value,
        "subject": edition.subject,
        "note": edition.note,
        "uncertain": edition.uncertain.value,
        "send_at": edition.send_at,
        "finished_at": edition.finished_at,
        "deliveries": {state.value: count for state, count in counts.items()},
    }
