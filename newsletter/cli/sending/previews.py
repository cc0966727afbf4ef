"""Output of `digest preview` and `bulletin send --preview`, and test mails."""

import webbrowser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Self

from sqlalchemy.orm import Session

from newsletter.app import Newsletter
from newsletter.cli.context import Program
from newsletter.cli.output import print_json
from newsletter.delivery.dry_run import Audience, audience_of, build_test_mail, render_for_choice
from newsletter.delivery.outcome_recorder import is_accepted
from newsletter.editions.models import Edition
from newsletter.errors import InvalidInput, NewsletterError, StorageError
from newsletter.linting.findings import Finding
from newsletter.rendering.encoding.slots import fill, personal_values
from newsletter.rendering.fit_to_size import GMAIL_CLIPS_AT_BYTES
from newsletter.rendering.renderer import RenderedMail
from subscribers import store as people
from subscribers.addresses import normalise_address
from subscribers.topics import Choice


@dataclass(frozen=True, kw_only=True)
class PreviewRecipient:
    """The recipient that an edition is previewed for."""

    name: str = ""
    choice: Choice = field(default_factory=Choice)

    @classmethod
    def of(cls, session: Session, address: str | None, topics: Sequence[str]) -> Self:
        """A subscriber, or anyone who chose these topics.

        Raises:
            ResourceNotFound: nobody has this address.
            InvalidInput: both are given.
        """
        if not address:
            return cls(choice=Choice(topics=tuple(topics)))
        if topics:
            raise InvalidInput("--subscriber and --topic exclude each other; keep one")
        found = people.by_address(session, normalise_address(address))
        return cls(name=found.name, choice=people.choice_of(session, found))


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A preview of an edition, stored or not: the mail for one recipient, and the audience."""

    edition: Edition
    compiled: RenderedMail
    reader_name: str
    audience: Audience
    findings: tuple[Finding, ...]
    """What preflight finds in this one."""

    @classmethod
    def of(
        cls,
        app: Newsletter,
        session: Session,
        edition: Edition,
        reader: PreviewRecipient,
        now: datetime,
        *,
        is_test: bool,
    ) -> Self:
        """Raises ResourceNotFound where the reader would get no mail."""
        compiled = render_for_choice(
            session, edition, app.renderer, reader.choice, now, test=is_test
        )
        return cls(
            edition=edition,
            compiled=compiled,
            reader_name=reader.name,
            audience=audience_of(session, edition, now),
            findings=(
                *app.preflight.findings(edition, [compiled]),
                *app.preflight.sender_findings(edition),
            ),
        )

    def bodies(self) -> tuple[str, str]:
        """HTML and text with personal values; the unsubscribe links are not valid."""
        values = personal_values("", self.reader_name, "preview", "preview", "preview")
        nonce = self.compiled.nonce
        return fill(self.compiled.html, nonce, values), fill(self.compiled.text, nonce, values)


def show_preview(
    program: Program, preview: Preview, folder: Path | None, *, in_browser: bool, as_json: bool
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


def warn_of(program: Program, findings: Iterable[Finding]) -> None:
    """Print findings, a line each."""
    for finding in findings:
        program.warn(f"{finding.severity} [{finding.rule}]: {finding.message}")


def send_test_mail(program: Program, preview: Preview, address: str) -> None:
    """Mail the preview to one address, outside the ledger.

    Raises:
        NewsletterError: the transport did not take it.
    """
    app, to = program.app, normalise_address(address)
    mail = build_test_mail(
        preview.compiled,
        preview.edition,
        to,
        preview.reader_name,
        app.link_signers,
        app.dkim_keys.get(preview.edition.masthead["sender"]["address"]),
    )
    outcome = app.hand_over(preview.edition.transport, [mail]).get(mail.key)
    if not is_accepted(outcome):
        raise NewsletterError(
            f"the test to {to} was not taken: {outcome.response if outcome else 'no answer'}"
        )
    program.say(f"A test was sent to {to}, and to nobody else.")


def write_bodies(
    program: Program, folder: Path | None, html: str, text: str, *, in_browser: bool
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
