"""Output of `digest preview` and `bulletin send --preview`, and test mails."""

import webbrowser
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkdtemp

from newsletter.actions import test_mails
from newsletter.actions.test_mails import PreviewMail
from newsletter.cli.context import Invocation
from newsletter.cli.output import print_json
from newsletter.errors import StorageError
from newsletter.linting.findings import Finding
from newsletter.queries.editions.previews import Preview
from newsletter.rendering.fit_to_size import GMAIL_CLIPS_AT_BYTES


def show_preview(
    program: Invocation, preview: Preview, folder: Path | None, *, in_browser: bool, as_json: bool
) -> None:
    """Print the preview, and write it to a folder or open it in a browser."""
    html, text = preview.bodies()
    size = preview.compiled.html_bytes
    if as_json:
        print_json(
            program,
            {
                "subject": preview.compiled.subject,
                "html_bytes": size,
                "recipients": preview.audience.recipients,
                "variants": preview.audience.variants,
                "findings": [vars(finding) for finding in preview.findings],
                "excluded": preview.audience.excluded,
                "text": text,
            },
        )
    else:
        program.say(f"Subject: {preview.compiled.subject}")
        program.say(f"{preview.audience.recipients} would receive it.")
        if preview.audience.variants > 1:
            program.say(f"Their topics make {preview.audience.variants} different mails of it.")
        for reason, count in preview.audience.excluded.items():
            program.say(f"{count} would not: {reason}.")
        program.say(
            f"The HTML part has {size} bytes as it leaves; Gmail shows {GMAIL_CLIPS_AT_BYTES}."
        )
        warn_of(program, preview.findings)
        if folder is None and not in_browser:
            program.say("")
            program.say(text)
    if folder is not None or in_browser:
        write_bodies(program, folder, html, text, in_browser=in_browser)


def warn_of(program: Invocation, findings: Iterable[Finding]) -> None:
    """Print findings, a line each."""
    for finding in findings:
        program.warn(f"{finding.severity} [{finding.rule}]: {finding.message}")


def send_test_mail(program: Invocation, preview: Preview, address: str) -> None:
    """Mail the preview to one address, outside the ledger.

    Raises:
        NewsletterError: the transport did not take it.
    """
    mail = PreviewMail(
        compiled=preview.compiled, edition=preview.edition, name=preview.reader_name, to=address
    )
    to = test_mails.send(program.app, program.actor, mail)
    program.say(f"A test was sent to {to}, and to nobody else.")


def write_bodies(
    program: Invocation, folder: Path | None, html: str, text: str, *, in_browser: bool
) -> None:
    """Write both parts to a folder, a new one where none is given, and open the page if wanted.

    Raises:
        StorageError: the folder cannot be written to.
    """
    folder = folder or Path(mkdtemp(prefix="newsletter-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / "preview.html"
        page.write_text(html, encoding="utf-8")
        (folder / "preview.txt").write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{folder} cannot be written to: {error.strerror}") from error
    program.warn(f"Written to {page} and {folder / 'preview.txt'}")
    if in_browser:
        webbrowser.open(page.resolve().as_uri())
