"""`newsletter templates check, preview`: mails with sample values."""

from pathlib import Path

import click

from newsletter.cli.content.templates import kinds_of
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.exit_statuses import INCOMPLETE
from newsletter.cli.sending.previews import warn_of, write_bodies
from newsletter.editions.composing.template_check import CheckedTemplate, check_template
from newsletter.errors import ResourceNotFound, TemplateError
from newsletter.linting.findings import errors_of
from newsletter.rendering.templates import shipped_templates


@click.command()
@click.argument("kinds", nargs=-1)
@pass_program
def check(program: Invocation, kinds: tuple[str, ...]) -> None:
    """Render KINDS (default: all) with sample values and check the mails."""
    is_good = True
    for kind in kinds or kinds_of(program):
        try:
            tried = _try(program, kind)
        except TemplateError as error:
            program.warn(f"{kind}: {error}")
            is_good = False
            continue
        is_good = is_good and not errors_of(tried.findings)
        program.say(f"{kind}: {len(tried.html.encode())} bytes of HTML, “{tried.subject}”")
        warn_of(program, tried.findings)
    if not is_good:
        raise SystemExit(INCOMPLETE)


@click.command()
@click.argument("kind")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write HTML and text to this folder.",
)
@click.option("--open", "in_browser", is_flag=True, help="Open the HTML in a browser.")
@pass_program
def preview(program: Invocation, kind: str, folder: Path | None, in_browser: bool) -> None:
    """Show a kind of mail with sample values; sends nothing."""
    tried = _try(program, kind)
    program.say(f"Subject: {tried.subject}")
    warn_of(program, tried.findings)
    if folder is not None or in_browser:
        write_bodies(program, folder, tried.html, tried.text, in_browser=in_browser)
    else:
        program.say("")
        program.say(tried.text)


def _try(program: Invocation, kind: str) -> CheckedTemplate:
    """
    Raises:
        ResourceNotFound: there is no such kind.
        TemplateError: a template of it is wrong.
    """
    kinds = kinds_of(program)
    if kind not in kinds:
        raise ResourceNotFound(f"there is no kind of mail {kind!r}; there are: {', '.join(kinds)}")
    is_own = not (shipped_templates() / "email" / kind).is_dir()
    app = program.app
    return check_template(app.config, app.renderer, kind, app.clock.now(), is_own=is_own)
