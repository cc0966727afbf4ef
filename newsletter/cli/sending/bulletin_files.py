"""Bulletins as files: Markdown or HTML, with a subject and a time in front matter."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.markup import front_matter
from newsletter.articles.importers.values.dates import read_moment
from newsletter.cli.context import Invocation
from newsletter.cli.sending.inputs import local_time, read_text
from newsletter.errors import InvalidInput

HTML_SUFFIXES = {".html", ".htm"}
SUBJECT_NAMES = ("subject", "title")
TIME_NAMES = ("date", "send_at")


@dataclass(frozen=True, kw_only=True)
class BulletinFile:
    """A file's text, and what its front matter and the options say of it."""

    subject: str
    """Empty if neither says."""
    text: str
    is_html: bool
    send_at: datetime | None


def read_bulletin(program: Invocation, file: Path, subject: str, at: str | None) -> BulletinFile:
    """The bulletin of a file; options win over front matter.

    Raises:
        InvalidInput: it cannot be read, or its front matter cannot.
    """
    zone = program.config.site.timezone
    try:
        document = front_matter.split(read_text(file))
    except Unreadable as error:
        raise InvalidInput(f"{file}: {error.what}; {error.hint}") from error
    values = {name.casefold(): value for name, value in document.values.items()}
    for name in values.keys() - {*SUBJECT_NAMES, *TIME_NAMES}:
        program.warn(f"{file}: {name} of the front matter says nothing of a bulletin: left out")
    written = next((values[name] for name in SUBJECT_NAMES if values.get(name)), "")
    return BulletinFile(
        subject=subject or str(written),
        text=document.text,
        is_html=file.suffix.lower() in HTML_SUFFIXES,
        send_at=local_time(at, zone) if at else _send_at(program, file, values, zone),
    )


def needed_subject(bulletin: BulletinFile) -> str:
    """
    Raises:
        click.UsageError: there is none.
    """
    if not bulletin.subject:
        raise click.UsageError("say its subject: --subject '…', or title: … in front matter")
    return bulletin.subject


def _send_at(
    program: Invocation, file: Path, values: dict[str, object], zone: str
) -> datetime | None:
    """The time in front matter; None where it has none, or one that has passed."""
    value = next((values[name] for name in TIME_NAMES if values.get(name)), None)
    if value is None:
        return None
    try:
        moment = read_moment(value, ZoneInfo(zone))
    except Unreadable as error:
        raise InvalidInput(f"{file}: {error.what}; {error.hint}") from error
    if moment.at <= program.clock.now():
        program.warn(f"{file}: its date, {value}, has passed, so it does not say when to send")
        return None
    return moment.at
