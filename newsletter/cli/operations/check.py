"""`newsletter check`: validates the configuration, the database, and what both refer to."""

import stat
from collections.abc import Iterator

import click

from newsletter.actions import test_mails
from newsletter.app import Newsletter
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.exit_statuses import INCOMPLETE
from newsletter.delivery.ledger.shares import transports_of
from newsletter.delivery.transport_check import TransportCheck
from newsletter.editions.composing.masthead import masthead
from newsletter.errors import NewsletterError
from newsletter.migrations.running import is_current
from newsletter.private_files import readable_by_others
from subscribers.addresses import normalise_address


@click.command()
@click.option(
    "--send",
    "address",
    metavar="ADDRESS",
    help="Show the mail server's features, and send one mail to this address.",
)
@click.option("--transport", help="By this transport or route; default: sending.transport.")
@pass_program
def check(program: Invocation, address: str | None, transport: str | None) -> None:
    """Check the configuration and say what is still missing."""
    if transport and not address:
        raise click.UsageError("--transport says what --send is to send by; give both")
    problems = list(_problems(program.app))
    for problem in problems:
        program.warn(problem)
    if problems:
        raise SystemExit(INCOMPLETE)
    for key in program.app.dkim_keys.values():
        program.say("Mail is signed; the DNS must hold this TXT record:")
        program.say(f"{key.record_name}  {key.record}")
    for advice in _advice(program.app):
        program.warn(advice)
    program.say(f"{program.config_path} is complete; the database is up to date.")
    if address and not _send(program, address, transport):
        raise SystemExit(INCOMPLETE)


def _send(program: Invocation, address: str, chosen: str | None) -> bool:
    """Send a mail by each transport of the route; whether all accepted it."""
    checks = test_mails.try_transport(program.app, program.actor, chosen or "", address)
    for check in checks:
        for line in report(check, normalise_address(address)):
            program.say(line)
    return all(check.is_taken for check in checks)


def report(check: TransportCheck, address: str) -> list[str]:
    """The findings of a transport check, a line each."""
    width = max((len(finding.about) for finding in check.findings), default=0)
    lines = [f"  {finding.about:{width}}  {finding.words}" for finding in check.findings]
    verdict = f"took the mail to {address}" if check.is_taken else "did not take the mail"
    return [f"transport {check.transport}:", *lines, f"  it {verdict}: {check.answer}"]


def _problems(app: Newsletter) -> Iterator[str]:
    for check_part in (app.check, lambda: app.dkim_keys):
        try:
            check_part()
        except NewsletterError as error:
            yield str(error)
    senders = {app.config.bulletins.sender, *(d.sender for d in app.config.digests.values())}
    for sender in sorted(senders):
        try:
            masthead(app.config, sender)
        except NewsletterError as error:
            yield str(error)
    yield from _providers(app)
    if not is_current(app.database):
        yield "the database is not up to date; run: newsletter db upgrade"


def _providers(app: Newsletter) -> Iterator[str]:
    """OpenID providers by which staff cannot sign in now."""
    for name, options in app.config.console.providers.items():
        from newsletter.staff.sign_in.openid import OpenIdProvider, ProviderUnreachable

        try:
            OpenIdProvider(options).check()
        except ProviderUnreachable as error:
            yield f"console.providers.{name}: {error}"


def _advice(app: Newsletter) -> Iterator[str]:
    yield from _exposed(app)
    alarms, usual = app.config.alarms, app.config.sending.transport
    ways = [
        set(transports_of(app.config.routes, name)) for name in (alarms.transport or usual, usual)
    ]
    if alarms.address and not ways[0] - ways[1]:
        yield (
            f"Alarms go by {usual} alone, which may be what is broken; "
            "name another transport in alarms.transport."
        )


def _exposed(app: Newsletter) -> Iterator[str]:
    """Files with personal data or secrets that other users can read."""
    for path in readable_by_others(app.private_paths()):
        yield f"{path} can be read by others and is not ours to change; chmod go= {path}"
    # Not the group: a file of root may be readable by the service's group.
    if app.path.stat().st_mode & stat.S_IROTH:
        yield f"{app.path} holds secrets and can be read by everybody; chmod o= {app.path}"
