"""`newsletter editions`: the state of editions, and control of sending."""

import click

from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.lazy_group import LazyGroup
from newsletter.cli.output import count_line, print_json, print_table
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.editions.dates import clock_time
from newsletter.queries.editions.as_json import edition_json

# Where each of the other commands stands.
PLACES = {
    "show": "sending.edition_details:show",
    "people": "sending.edition_details:people",
    "answers": "sending.edition_details:answers",
    "edit": "sending.edition_details:edit",
    "reopen": "sending.edition_details:reopen",
    "approve": "sending.edition_control:approve",
    "pause": "sending.edition_control:pause",
    "resume": "sending.edition_control:resume",
    "cancel": "sending.edition_control:cancel",
    "send": "sending.edition_control:send",
    "retry": "sending.edition_control:retry",
    "resolve": "sending.edition_control:resolve",
}


@click.group(cls=LazyGroup, places=PLACES)
def editions() -> None:
    """See, pause, resume and cancel what is being sent."""


@editions.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_editions(program: Invocation, limit: int, as_json: bool) -> None:
    """List the newest editions with the counts of their deliveries."""
    with program.database.read() as session:
        editions = [(e, ledger_store.counts(session, e.id)) for e in store.newest(session, limit)]
    if as_json:
        print_json(program, [edition_json(edition, counts) for edition, counts in editions])
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
            for e, counts in editions
        ],
        "There is no edition yet; make one with: newsletter digest send NAME",
    )
