"""`newsletter editions` on one: show it, edit it, who gets it, what was answered."""

from typing import Any

import click

from newsletter.actions import editions as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import count_line, print_json, print_table
from newsletter.cli.sending.inputs import chosen_edit, edit_options
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger import transcripts
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.editions import store
from newsletter.editions.composing.composition import Composition
from newsletter.editions.dates import clock_time
from newsletter.queries.editions.answers import deliveries_in
from newsletter.queries.editions.approvals import ApprovalStatus, approval_status
from newsletter.queries.editions.as_json import edition_json
from newsletter.queries.editions.coming import stories_of_draft
from newsletter.queries.editions.numbers import numbers_of
from newsletter.queries.editions.proofs import proof_of_edition
from newsletter.queries.editions.recipients import RECIPIENTS, people_by_reason


@click.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def show(program: Invocation, number: int, as_json: bool) -> None:
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
        print_json(program, edition_json(edition, counts) | details)
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


def _show_approval(program: Invocation, number: int, approval: ApprovalStatus) -> None:
    """How far it is approved, and what changed since this person looked last."""
    for vote in approval.given:
        if vote.counts:
            program.say(f"Approved by {vote.actor}.")
    program.say(f"It waits for {approval.missing} to approve it.")
    for change in approval.changes:
        program.say(f"Since you last looked: {change}")
    actions.record_view(program.app, program.actor, number)


@click.command()
@click.argument("number", type=int)
@edit_options
@pass_program
def edit(program: Invocation, number: int, **chosen: Any) -> None:
    """Change a digest's edition that waits for approval; earlier approvals count no more."""
    actions.edit(program.app, program.actor, number, chosen_edit(**chosen))
    program.say(f"Changed; see: newsletter editions show {number}")


@click.command()
@click.argument("number", type=int)
@pass_program
def reopen(program: Invocation, number: int) -> None:
    """Put a digest's edition that has not begun to leave back, to be edited and approved."""
    actions.reopen(program.app, program.actor, number)
    program.say(f"Edition {number} waits for approval; edit it with: newsletter editions edit")


@click.command()
@click.argument("number", type=int)
@click.option("--reason", default=RECIPIENTS, show_default=True, help="Those of this reason.")
@click.option("--after", default=0, help="Only subscribers with a number above this.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def people(
    program: Invocation, number: int, reason: str, after: int, limit: int, as_json: bool
) -> None:
    """List who would get an edition now, or who would not for a reason."""
    with program.database.read() as session:
        proof = proof_of_edition(session, number)
        now = program.clock.now()
        people = people_by_reason(session, proof.composition, reason, now, limit=limit, after=after)
    if as_json:
        print_json(program, [vars(person) for person in people])
        return
    print_table(
        program,
        ("subscriber", "address", "name"),
        [(person.number, person.address, person.name) for person in people],
        "Nobody.",
    )


@click.command()
@click.argument("number", type=int)
@click.option(
    "--state",
    type=click.Choice([state.value for state in DeliveryState]),
    help="The single deliveries in this state.",
)
@click.option("--after", default=0, help="Only deliveries with a number above this.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@click.option("--delivery", type=int, help="The conversation with the server on this one.")
@pass_program
def answers(
    program: Invocation,
    number: int,
    state: str | None,
    after: int,
    limit: int,
    delivery: int | None,
) -> None:
    """Show what servers answered, and what to do: by kind, or one by one with --state."""
    if delivery is not None:
        _show_transcript(program, number, delivery)
        return
    with program.database.read() as session:
        counts = numbers_of(session, number, program.clock.now())
        single = (
            deliveries_in(session, number, DeliveryState(state), limit=limit, after=after)
            if state
            else ()
        )
    program.say(
        f"{counts.audience} = {counts.sent} sent + {counts.failed} failed + "
        f"{counts.skipped} skipped + {counts.uncertain} uncertain + {counts.waiting} waiting"
    )
    if state:
        rows = [(d.number, d.address, d.words, d.advice) for d in single]
        print_table(program, ("delivery", "address", "answer", "what to do"), rows, "None.")
        return
    kind_rows = [(k.count, k.state.value, k.words, k.advice) for k in counts.answers]
    print_table(program, ("mails", "state", "answer", "what to do"), kind_rows, "All were taken.")


def _show_transcript(program: Invocation, number: int, delivery: int) -> None:
    with program.database.read() as session:
        transcript = transcripts.find(session, number, delivery)
    program.say(
        transcript
        or f"No conversation is kept of delivery {delivery}: it was simply taken, or was "
        "not tried, or that was longer ago than feedback.keep_evidence"
    )
