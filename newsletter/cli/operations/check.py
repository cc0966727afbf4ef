"""`newsletter check`: is everything there that the work needs?"""

import stat
from collections.abc import Iterator

import click

from newsletter.app import Newsletter
from newsletter.cli.context import Program, pass_program
from newsletter.delivery.ledger.shares import in_turn
from newsletter.editions.masthead import masthead
from newsletter.errors import NewsletterError
from newsletter.migrations.running import is_current
from newsletter.private_files import exposed

EXIT_PROBLEMS = 3


@click.command()
@pass_program
def check(program: Program) -> None:
    """Check the configuration and say what is still missing."""
    problems = list(_problems(program.app))
    for problem in problems:
        program.warn(problem)
    if problems:
        raise SystemExit(EXIT_PROBLEMS)
    for key in program.app.dkim_keys.values():
        program.say("Mail is signed; the DNS must hold this TXT record:")
        program.say(f"{key.record_name}  {key.record}")
    for advice in _advice(program.app):
        program.warn(advice)
    program.say(f"{program.config_path} is complete; the database is up to date.")


def _problems(app: Newsletter) -> Iterator[str]:
    for look in (app.check, lambda: app.dkim_keys):
        try:
            look()
        except NewsletterError as error:
            yield str(error)
    senders = {app.config.bulletins.sender, *(d.sender for d in app.config.digests.values())}
    for sender in sorted(senders):
        try:
            masthead(app.config, sender)
        except NewsletterError as error:
            yield str(error)
    if not is_current(app.database):
        yield "the database is not up to date; run: newsletter db upgrade"


def _advice(app: Newsletter) -> Iterator[str]:
    yield from _exposed(app)
    alarms, usual = app.config.alarms, app.config.sending.transport
    ways = [set(in_turn(app.config.routes, name)) for name in (alarms.transport or usual, usual)]
    if alarms.address and not ways[0] - ways[1]:
        yield (
            f"Alarms go by {usual} alone, which may be what is broken; "
            "name another transport in alarms.transport."
        )


def _exposed(app: Newsletter) -> Iterator[str]:
    """Files with people or secrets in them that others on this machine may use."""
    for path in exposed(app.private_paths()):
        yield f"{path} can be read by others and is not ours to change; chmod go= {path}"
    # Its group may be meant: a file of root's that the service may read.
    if app.path.stat().st_mode & stat.S_IROTH:
        yield f"{app.path} holds secrets and can be read by everybody; chmod o= {app.path}"
