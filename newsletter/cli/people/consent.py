"""`newsletter subscribers consent` and `reasons`: proof of consent, reasons for unsubscribing."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta

import click

from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.cli.people.lookup import person_at
from newsletter.editions.dates import clock_time
from subscribers import store
from subscribers.consent import ConsentProof, history


@click.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def consent(program: Invocation, address: str, as_json: bool) -> None:
    """Show the whole history of a subscriber's consent."""
    with program.database.read() as session:
        subscriber = person_at(program, session, address)
        proofs = history(session, subscriber)
    if as_json:
        print_json(program, [asdict(proof) for proof in proofs])
        return
    for proof in proofs:
        program.say("\n".join(_lines(proof, program.config.site.timezone)))


@click.command()
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 36_500))
@pass_program
def reasons(program: Invocation, days: int) -> None:
    """Show the reasons given for unsubscribing."""
    since = program.clock.now() - timedelta(days=days)
    with program.database.read() as session:
        departures = store.departures(session, since)
    counts = Counter(departure.reason or "said in words" for departure in departures)
    print_table(program, ("reason", "people"), counts.most_common(), "Nobody has given a reason.")
    for departure in departures:
        if departure.words:
            program.say(f"“{departure.words}”")


def _lines(proof: ConsentProof, zone: str) -> list[str]:
    lines = [f"{clock_time(proof.at, zone)}  {proof.kind.value}: {proof.source}"]
    if proof.details:
        lines.append(f"    chose: {proof.details}")
    if proof.wording:
        lines.append(f"    words shown (version {proof.wording_version}): {proof.wording}")
    if proof.network:
        lines.append(f"    from: {proof.network}")
    return lines
