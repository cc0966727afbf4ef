"""`newsletter demo`: the whole system with sample articles and a mail catcher."""

from io import BytesIO
from pathlib import Path
from secrets import token_hex

import click

from newsletter import demo as demo_package
from newsletter.actions import articles, bulletins, digests, settings, staff
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.importers.inputs import Loaded, find_inputs, read_all
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.operations.init import write_config
from newsletter.cli.operations.serve import run_site
from newsletter.cli.sending.foreground import send_in_foreground
from newsletter.demo.catcher import MailCatcher
from newsletter.demo.crowd import PEOPLE, add_crowd
from newsletter.demo.people import add_samples
from newsletter.editions.bulletins.writing import Writing
from newsletter.editions.digests.sections import NoEdition
from newsletter.errors import Conflict, FetchError
from newsletter.feeds.files import write_feeds
from newsletter.migrations.running import upgrade
from newsletter.staff import store
from newsletter.staff.actors import VISITOR
from newsletter.staff.permissions import Role
from newsletter.staff.sign_in import links, passwords

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
    "digests.month.name": "The month in Wexcombe",
    "digests.month.schedule": "0 18 28 * *",
    "digests.month.approval": "sender",
    "bulletins.undo": "15m",
}
# Articles that are told by the next digest, not by the first.
LATER = 3
OWNER = ("Ada Fenn", "ada.fenn@example.org")
BULLETIN = Writing(
    subject="Mill Lane is closed on Saturday",
    text="The water company mends the main at **Mill Lane** on Saturday from 8:00 to 16:00.\n\n"
    "Buses 4 and 4A go round by the Corn Exchange. If you need a hand with shopping, ring us.",
)


@click.command()
@click.option("--once", is_flag=True, help="Do everything but serve, then exit.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option(
    "--people",
    type=click.IntRange(0, PEOPLE),
    default=PEOPLE,
    show_default=True,
    help="How many invented people there are besides the eight samples.",
)
@pass_program
def demo(program: Invocation, once: bool, port: int, people: int) -> None:
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
        _fill(program, people)
        _send_first_digest(program)
        _import(program)
        _write_feeds(program, folder / "feeds")
        _add_what_awaits_somebody(program)
        link, password = _let_owner_in(program)
        _say_what_to_open(program, folder, port, link, password)
        if not once:
            run_site(program, "127.0.0.1", port, with_schedule=True)


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _fill(program: Invocation, most: int) -> None:
    _import(program, but=LATER)
    app, actor = program.app, program.actor
    people = add_samples(app, actor) + add_crowd(app, actor, most)
    program.say(f"Subscribers: {people} new.")


def _import(program: Invocation, *, but: int = 0) -> None:
    """Bring the sample articles in.

    Args:
        but: how many are left for the next digest.
    """
    context = ImportContext.of(program.config.site)
    records = list(read_all(find_inputs([str(SAMPLES)], BytesIO(), _not_fetched), context))
    published = records[: len(records) - but]
    report = articles.import_(program.app, program.actor, published, context)
    program.say(
        f"Articles: {report.created} new, {report.updated} changed, {report.unchanged} as before."
    )


def _not_fetched(address: str) -> Loaded:
    raise FetchError(f"{address}: the demonstration fetches nothing")


def _write_feeds(program: Invocation, feeds: Path) -> None:
    with program.database.read() as session:
        program.say(f"Feeds: {len(write_feeds(session, program.config, feeds))} files in {feeds}")


def _send_first_digest(program: Invocation) -> None:
    edition = digests.compose(program.app, program.actor, DIGEST)
    if isinstance(edition, NoEdition):
        program.say(f"The Friday digest has nothing to say: {edition.reason}.")
    else:
        program.say(f"The Friday digest: {edition.subject}")
        send_in_foreground(program, edition.number)


def _add_what_awaits_somebody(program: Invocation) -> None:
    """A digest that awaits approval, and a bulletin that can still be taken back."""
    app, actor = program.app, program.actor
    digests.compose(app, actor, "month")
    bulletin = bulletins.save(app, actor, BULLETIN).number
    try:
        bulletins.send_saved(app, actor, bulletin)
    except Conflict:
        # A second run within a day: it was sent already.
        bulletins.discard(app, actor, bulletin)


def _let_owner_in(program: Invocation) -> tuple[str, str]:
    """The address that signs the owner of the demonstration in, once, and their new password."""
    app, actor, (name, email) = program.app, program.actor, OWNER
    password = token_hex(6)
    with app.database.read() as session:
        owner = store.by_email(session, email)
    if owner is None:
        number, joining = staff.invite(app, actor, email=email, name=name, role=Role.OWNER)
    else:
        number, joining = owner.id, staff.make_link(app, actor, owner.id)
    staff.join(app, VISITOR, joining, name=name, password_hash=passwords.hashed(password))
    link = staff.make_link(app, actor, number)
    signer = app.signer(links.ENTRY_PURPOSE)
    return app.config.site.base_url + links.entry_path(signer, link), password


def _say_what_to_open(
    program: Invocation, folder: Path, port: int, link: str, password: str
) -> None:
    base = _address(port)
    program.say("")
    program.say(f"The console          {link}")
    program.say(f"                     (once; later {OWNER[1]}, password {password})")
    program.say(f"The site             {base}/")
    program.say(f"The mails it sent    {base}/mails")
    program.say(f"Its feeds            {base}/feed.atom  /feed.rss  /feed.json")
    program.say(f"Everything is in     {folder}/ (remove it to start afresh)")
