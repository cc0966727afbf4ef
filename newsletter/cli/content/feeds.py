"""`newsletter feeds`: addresses, files, archives, hubs and private feeds."""

from pathlib import Path

import click

from newsletter.actions import feeds as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.cli.people.lookup import number_of
from newsletter.feeds import private as own
from newsletter.feeds import store
from newsletter.feeds.documents.building import feed_url
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.files import write_feeds
from newsletter.feeds.maintenance import FeedMaintenance
from newsletter.feeds.scopes import Selection

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


@click.group()
def feeds() -> None:
    """List and write the feeds; archives, hubs and private feeds."""


@feeds.command("list")
@as_json
@pass_program
def list_(program: Invocation, as_json: bool) -> None:
    """Show every feed and its address."""
    base = program.config.site.base_url
    with program.database.read() as session:
        named = store.scopes(session)
        archives = [store.last_archive(session, scope) for scope, _ in named]
    rows = [
        (name or "Everything", feed_url(base, Selection(kind=FeedKind.ATOM, scope=scope)), number)
        for (scope, name), number in zip(named, archives, strict=True)
    ]
    if as_json:
        print_json(program, [{"name": n, "atom": url, "archives": a} for n, url, a in rows])
    else:
        print_table(program, ("Feed", "Address (.rss and .json likewise)", "Archives"), rows, "")


@feeds.command()
@click.argument("folder", type=click.Path(path_type=Path))
@pass_program
def write(program: Invocation, folder: Path) -> None:
    """Write every feed and their list (OPML) into FOLDER, the same bytes that the site serves."""
    with program.database.read() as session:
        written = write_feeds(session, program.config, folder)
    program.say(f"{len(written)} files written to {folder}")


@feeds.command()
@pass_program
def keep(program: Invocation) -> None:
    """Seal full archives and notify the hubs, as a running site does by itself."""
    keeper = FeedMaintenance(program.database, program.config, program.clock)
    done = actions.keep(program.app, program.actor, keeper)
    program.say(f"{done.archives} archives sealed, {done.notices} notices given to hubs")


@feeds.command()
@as_json
@pass_program
def hubs(program: Invocation, as_json: bool) -> None:
    """Show what was sent to each WebSub hub, and errors."""
    with program.database.read() as session:
        notices = store.all_notices(session)
    rows = [
        (n.hub, n.scope or "everything", n.told_at, n.failures, n.next_attempt_at, n.last_error)
        for n in notices
    ]
    columns = ("Hub", "Feed", "Told", "Failures", "Next try", "Last error")
    if as_json:
        keys = [column.lower().replace(" ", "_") for column in columns]
        print_json(program, [dict(zip(keys, row, strict=True)) for row in rows])
    else:
        print_table(program, columns, rows, "no hub has been told anything; see feeds.hubs")


@feeds.command()
@click.argument("address")
@click.option("--revoke", is_flag=True, help="Revoke their private feeds.")
@click.option("--renew", is_flag=True, help="Revoke them and make a new one.")
@pass_program
def private(program: Invocation, address: str, revoke: bool, renew: bool) -> None:
    """Show the private feed of the subscriber with ADDRESS: their topics, at a secret address.

    It is created the first time. Whoever knows the address can read the feed until it is revoked.
    """
    number = number_of(program, address)
    if revoke:
        ended = actions.revoke_private(program.app, program.actor, number)
        program.say(f"private addresses ended: {ended}")
        return
    private = actions.give_private(program.app, program.actor, number, renew=renew)
    if renew:
        program.say(f"private addresses ended: {private.ended}")
    for kind in FeedKind:
        program.say(f"{program.config.site.base_url}/{own.path_of(private.token, kind)}")
