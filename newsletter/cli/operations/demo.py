"""`newsletter demo`: the whole system with sample articles and a mail catcher."""

from io import BytesIO
from pathlib import Path

import click

from newsletter import demo as demo_package
from newsletter.actions import articles, digests, settings
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.importers.inputs import find_inputs, read_all
from newsletter.cli.context import Program, pass_program
from newsletter.cli.operations.init import write_config
from newsletter.cli.operations.serve import run_site
from newsletter.cli.sending.foreground import send_in_foreground
from newsletter.demo.catcher import MailCatcher
from newsletter.demo.people import add_samples
from newsletter.editions.digests.sections import NoEdition
from newsletter.errors import FetchError
from newsletter.feeds.files import write_feeds
from newsletter.migrations.running import upgrade

DIGEST = "friday"
SAMPLES = Path(demo_package.__file__).parent / "articles"

VALUES = {
    "site.name": "Wexcombe Forward",
    "site.description": "News for Little Wexcombe, from the people who knock on your door",
    "site.contact": "office@wexcombe.example",
    "site.imprint.promoter": "M. Hallam",
    "site.imprint.promoter_address": "4 Mill Lane, Little Wexcombe, WX1 2AB",
    "site.imprint.on_behalf_of": "Wexcombe Forward",
    "site.imprint.on_behalf_of_address": "4 Mill Lane, Little Wexcombe, WX1 2AB",
    "site.tag": "wexcombe.example,2026",
    "senders.default.address": "news@wexcombe.example",
    "transports.default.kind": "smtp",
    "transports.default.host": "127.0.0.1",
    "transports.default.security": "plain",
    "digests.friday.name": "The Friday digest",
}


@click.command()
@click.option("--once", is_flag=True, help="Do everything but serve, then exit.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@pass_program
def demo(program: Program, once: bool, port: int) -> None:
    """Try everything out, in the folder of --config; safe to repeat."""
    folder = program.config_path.parent
    if not program.config_path.exists():
        write_config(program.config_path, {"web.caught_mails": "mails"})
    upgrade(program.database)
    with MailCatcher(folder / "mails") as catcher:
        # The ports of this run.
        here = {"site.base_url": _address(port), "transports.default.port": str(catcher.port)}
        settings.change(program.app, program.actor, VALUES | here)
        program.app = program.app.reread()
        _fill(program)
        _publish(program, folder / "feeds")
        _say_what_to_open(program, folder, port)
        if not once:
            run_site(program, "127.0.0.1", port, with_schedule=True)


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _fill(program: Program) -> None:
    context = ImportContext.of(program.config.site)
    records = read_all(find_inputs([str(SAMPLES)], BytesIO(), _not_fetched), context)
    report = articles.import_(program.app, program.actor, records, context)
    people = add_samples(program.app, program.actor)
    program.say(
        f"Articles: {report.created} new, {report.updated} changed, {report.unchanged} as before."
    )
    program.say(f"Subscribers: {people} new.")


def _not_fetched(address: str) -> bytes:
    raise FetchError(f"{address}: the demonstration fetches nothing")


def _publish(program: Program, feeds: Path) -> None:
    app = program.app
    with program.database.read() as session:
        program.say(f"Feeds: {len(write_feeds(session, app.config, feeds))} files in {feeds}")
    edition = digests.compose(app, program.actor, DIGEST)
    if isinstance(edition, NoEdition):
        program.say(f"The Friday digest has nothing to say: {edition.reason}.")
    else:
        program.say(f"The Friday digest: {edition.subject}")
        send_in_foreground(program, edition.number)


def _say_what_to_open(program: Program, folder: Path, port: int) -> None:
    base = _address(port)
    program.say("")
    program.say(f"The site             {base}/")
    program.say(f"The mails it sent    {base}/mails")
    program.say(f"Its feeds            {base}/feed.atom  /feed.rss  /feed.json")
    program.say(f"Everything is in     {folder}/ (remove it to start afresh)")
