"""Reads mails from a Maildir for display, malformed ones included.

Parsed with the `compat32` policy, which keeps a broken header instead of raising; what cannot be
decoded is shown as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from heapq import nlargest
from pathlib import Path

from newsletter.errors import ResourceNotFound
from newsletter.rendering.encoding.reading import decoded_header, first_text, with_images

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,=_+~-]*")


@dataclass(frozen=True, kw_only=True)
class MailSummary:
    """One line of the list."""

    key: str
    subject: str
    sender: str
    recipient: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class CaughtMail:
    """A parsed mail for display."""

    summary: MailSummary
    headers: tuple[tuple[str, str], ...]
    html: str
    """With inline images as data URLs; empty without an HTML part."""
    text: str
    source: str
    raw: bytes


class CaughtMails:
    """The mails of one Maildir."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self, limit: int, offset: int = 0) -> list[MailSummary]:
        """A page of the list, the newest first."""
        files = nlargest(offset + limit, self._files(), key=lambda file: (file[0], file[1].name))
        return [_summary(path, when, _head(path)) for when, path in files[offset:]]

    def get(self, key: str) -> CaughtMail:
        """One mail.

        Raises:
            ResourceNotFound: no mail of that key.
        """
        path = self._path(key)
        try:
            raw, when = path.read_bytes(), path.stat().st_mtime
        except OSError as error:
            raise ResourceNotFound(f"there is no mail {key!r}") from error
        mail = message_from_bytes(raw, policy=compat32)
        return CaughtMail(
            summary=_summary(path, when, mail),
            headers=tuple((name, decoded_header(value)) for name, value in mail.items()),
            html=with_images(first_text(mail, "text/html"), mail),
            text=first_text(mail, "text/plain"),
            source=raw.decode("utf-8", "replace"),
            raw=raw,
        )

    def _files(self) -> Iterator[tuple[float, Path]]:
        for sub in ("new", "cur"):
            folder = self._folder / sub
            if not folder.is_dir():
                continue
            for path in folder.iterdir():
                try:
                    if path.is_file() and _KEY.match(path.name):
                        yield path.stat().st_mtime, path
                except FileNotFoundError:  # another program moved it meanwhile
                    continue

    def _path(self, key: str) -> Path:
        # Flags follow a colon and change when a mail client reads the mail.
        if _KEY.fullmatch(key):
            for _, path in self._files():
                if path.name.partition(":")[0] == key:
                    return path
        raise ResourceNotFound(f"there is no mail {key!r}")


def _head(path: Path) -> Message:
    try:
        with path.open("rb") as file:
            return BytesHeaderParser(policy=compat32).parse(file)
    except OSError:
        return Message()


def _summary(path: Path, when: float, mail: Message) -> MailSummary:
    return MailSummary(
        key=path.name.partition(":")[0],
        subject=decoded_header(mail.get("Subject", "")),
        sender=decoded_header(mail.get("From", "")),
        recipient=decoded_header(mail.get("X-RcptTo", "")) or decoded_header(mail.get("To", "")),
        received_at=datetime.fromtimestamp(when, UTC),
    )
