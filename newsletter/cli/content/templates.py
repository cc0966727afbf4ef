"""`newsletter templates`: list, check and preview the templates of mails."""

from pathlib import Path

import click

from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.lazy_group import LazyGroup
from newsletter.cli.output import print_json, print_table
from newsletter.rendering.templates import Templates, shipped_templates

# Where each of the other commands stands.
PLACES = {
    "check": "content.template_checking:check",
    "preview": "content.template_checking:preview",
}


@click.group(cls=LazyGroup, places=PLACES)
def templates() -> None:
    """List, check and preview the templates of mails."""


@templates.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_templates(program: Invocation, as_json: bool) -> None:
    """Show every kind of mail, with its files and whether they are yours."""
    kinds = kinds_of(program)
    if as_json:
        print_json(program, {kind: [str(p) for p in paths] for kind, paths in kinds.items()})
        return
    rows = [
        (kind, path.name, "yours" if _is_own(path) else "shipped", path)
        for kind, paths in kinds.items()
        for path in paths
    ]
    print_table(program, ("kind", "file", "whose", "where"), rows, "There is no template.")


def kinds_of(program: Invocation) -> dict[str, list[Path]]:
    return Templates(program.config.templates.folder).kinds()


def _is_own(path: Path) -> bool:
    return not path.is_relative_to(shipped_templates())
