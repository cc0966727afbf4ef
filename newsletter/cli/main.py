"""The command `newsletter`, with lazily imported subcommands."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from newsletter.cli.exit_statuses import FAILED, INTERRUPTED
from newsletter.cli.lazy_group import LazyGroup
from newsletter.errors import NewsletterError
from newsletter.printable import printable
from newsletter.private_files import keep_files_private
from newsletter.uncaught_errors import print_errors_sanitised

# Name: module and help line, so that --help imports none of them.
COMMANDS = {
    "init": ("operations.init", "Write newsletter.toml and create the database."),
    "articles": ("content.articles", "Import, list, edit and withdraw articles."),
    "media": ("content.media", "List, add, describe and prune pictures."),
    "feeds": ("content.feeds", "List and write the feeds; archives, hubs and private feeds."),
    "digest": ("sending.digest", "List, preview, send and schedule digests."),
    "bulletin": ("sending.bulletin", "Send a one-off bulletin."),
    "templates": ("content.templates", "List, check and preview the templates of mails."),
    "editions": ("sending.editions", "See, pause, resume and cancel what is being sent."),
    "feedback": ("sending.feedback", "See bounces and complaints, and undo what followed."),
    "transports": ("operations.transports", "See how mail leaves; have providers tell of bounces."),
    "limits": ("sending.limits", "See each transport's limits, use and health."),
    "subscribers": ("people.subscribers", "Add, list, suppress and remove subscribers."),
    "serve": ("operations.serve", "Run the site, the schedule and the sender."),
    "worker": ("operations.worker", "Send tasks of the queue, on any machine (cluster)."),
    "staff": ("operations.staff", "See and change who works in the console."),
    "keys": ("operations.keys", "Let other programs bring articles in or read editions."),
    "settings": ("operations.settings", "See and change options, and who changed them."),
    "db": ("operations.db", "Create or upgrade the database."),
    "audit": ("operations.audit", "See who did what, and when."),
    "check": ("operations.check", "Check the configuration and say what is still missing."),
    "demo": (
        "operations.demo",
        "Try everything out, with sample articles and a mail catcher.",
    ),
}


class Commands(LazyGroup):
    """All commands; their help lines stand here."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=Commands,
    places={name: f"{module}:{name}" for name, (module, _) in COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("newsletter.toml"),
    envvar="NEWSLETTER_CONFIG",
    show_default=True,
    help="The configuration file.",
)
@click.version_option(package_name="newsletter")
@click.pass_context
def cli(ctx: click.Context, config_path: Path) -> None:
    """Articles in; feeds, digests and bulletins out; a ledger that remembers every mail."""
    ctx.obj = config_path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a `NewsletterError` becomes one message and an exit status."""
    keep_files_private()
    print_errors_sanitised()
    try:
        cli.main(args=arguments, prog_name="newsletter")
    except NewsletterError as error:
        click.echo(f"newsletter: {printable(str(error))}", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"newsletter: {printable(f'{place}{error.strerror or error}')}", err=True)
        sys.exit(FAILED)
