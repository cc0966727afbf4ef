"""`newsletter audit`: who did what, and when."""

import json
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.config.durations import parse_duration
from newsletter.editions.dates import clock_time
from newsletter.errors import InvalidInput
from newsletter.staff.audit import AuditRecord, Filters, page
from newsletter.staff.permissions import ActorKind

UNFINISHED = "not finished"


@click.group()
def audit() -> None:
    """See who did what, and when."""


@audit.command("list")
@click.option(
    "--since", metavar="TIME", help="2026-11-27, 2026-11-27 18:00, or a duration ago: 7d, 12h."
)
@click.option("--actor", default="", metavar="KIND[:NAME]", help="operator:ann, schedule …")
@click.option("--action", default="", metavar="NOUN[.VERB]", help="editions, or editions.pause …")
@click.option("--subject", default="", metavar="KIND[:NAME]", help="edition:7, subscriber:12 …")
@click.option(
    "--below",
    type=click.IntRange(1, 2**62),
    metavar="LINE",
    help="The next page: lines before this number.",
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_(
    program: Invocation,
    since: str | None,
    actor: str,
    action: str,
    subject: str,
    below: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show the audit log, newest lines first."""
    if actor and actor.partition(":")[0] not in set(ActorKind):
        raise InvalidInput(
            f"--actor {actor}: write KIND or KIND:NAME, KIND one of {', '.join(ActorKind)}"
        )
    filters = Filters(
        since=_since(program, since) if since else None,
        actor=actor,
        action=action,
        subject=subject,
    )
    with program.database.read() as session:
        entries = page(session, filters, limit=limit, after=below)
    if as_json:
        print_json(program, [asdict(entry) for entry in entries])
        return
    print_table(
        program,
        ("line", "when", "who", "from", "what", "on", "details"),
        [_row(entry, program.config.site.timezone) for entry in entries],
        "There is no such line.",
    )
    if len(entries) == limit:
        program.warn(f"For the next page add: --below {entries[-1].id}")


def _row(entry: AuditRecord, zone: str) -> tuple[Any, ...]:
    details = ", ".join(f"{key} {_shown(value)}" for key, value in entry.details.items())
    if not entry.is_finished:
        details = f"{details}, {UNFINISHED}" if details else UNFINISHED
    return (
        entry.id,
        clock_time(entry.at, zone),
        entry.actor,
        f"{entry.origin.network}, {entry.origin.device}" if entry.origin else "",
        entry.action,
        entry.subject,
        details,
    )


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _since(program: Invocation, text: str) -> datetime:
    """
    Raises:
        InvalidInput: neither a time nor a duration.
    """
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        zone = ZoneInfo(program.config.site.timezone)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    try:
        return program.clock.now() - parse_duration(text)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"--since {text}: write a date (2026-11-27), a time (2026-11-27 18:00), "
            "or how long ago (7d, 12h, 30m)"
        ) from error
