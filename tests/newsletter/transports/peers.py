"""Real peers for every transport: what each was given, in a form that can be compared."""

import email
import email.policy
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import servers
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from faulty_smtp import FaultySmtp
from postmark_server import TOKEN, PostmarkServer

from newsletter.transports import console
from newsletter.transports.base import Mail, Transport
from newsletter.transports.registry import load_transport

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A transport and its other end.

    Args:
        take: what has arrived since the last call.
        carried: what should arrive of a mail.
        refuses_bad_addresses: whether the other end looks at recipients at all.
        takes_empty: whether a message may have no text.
    """

    transport: Transport
    take: Callable[[], list[Any]]
    carried: Callable[[Mail], Any]
    refuses_bad_addresses: bool = True
    takes_empty: bool = True


def _load(kind: str, beside: Path, /, **table: Any) -> Transport:
    return load_transport("main", {"kind": kind, **table}, beside / "newsletter.toml", {})


def _smtp(port: int, folder: Path) -> Transport:
    return _load("smtp", folder, host="127.0.0.1", port=port, security="plain")


class _Recording:
    """An aiosmtpd handler that keeps what comes."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str, bytes]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            self.mails.append((envelope.mail_from or "", recipient, envelope.original_content))
        return "250 2.0.0 kept"


@contextmanager
def aiosmtpd(folder: Path) -> Iterator[Peer]:
    handler = _Recording()
    controller = Controller(handler, "127.0.0.1", servers.free_port(), enable_SMTPUTF8=True)
    controller.start()
    try:
        yield Peer(
            transport=_smtp(controller.port, folder),
            take=lambda: _emptied(handler.mails),
            carried=lambda mail: (mail.sender, mail.recipient, mail.content),
        )
    finally:
        controller.stop()


@contextmanager
def pipelining(folder: Path) -> Iterator[Peer]:
    server = FaultySmtp()
    try:
        yield Peer(
            transport=_smtp(server.port, folder),
            take=lambda: [(m.sender, m.recipient, m.content) for m in _emptied(server.mails)],
            carried=lambda mail: (mail.sender, mail.recipient, mail.content),
        )
    finally:
        server.stop()


@contextmanager
def smtp_sink(folder: Path) -> Iterator[Peer]:
    """Postfix's, which writes each mail to a file."""
    dumps = folder / "dumps"
    dumps.mkdir()
    if os.geteuid() == 0:
        shutil.chown(dumps, "nobody")
        for parent in (folder, folder.parent, folder.parent.parent):
            parent.chmod(0o711)
    with servers.smtp_sink("-d", "mail.", folder=dumps) as port:
        yield Peer(
            transport=_smtp(port, folder),
            take=lambda: [_undumped(file) for file in _whole(dumps)],
            carried=lambda mail: (mail.recipient, mail.content.replace(b"\r\n", b"\n")),
        )


@contextmanager
def postmark(folder: Path) -> Iterator[Peer]:
    with PostmarkServer() as server:
        yield Peer(
            transport=_load("postmark", folder, server_token=TOKEN, api_url=server.url),
            take=lambda: [_of_postmark(message) for message in _emptied(server.messages)],
            carried=_for_postmark,
            takes_empty=False,
        )


@contextmanager
def maildir(folder: Path) -> Iterator[Peer]:
    yield Peer(
        transport=_load("maildir", folder, path="caught", durable=False),
        take=lambda: _read_and_removed(folder / "caught" / "new"),
        carried=lambda mail: mail.content.replace(b"\r\n", b"\n"),
        refuses_bad_addresses=False,
    )


@contextmanager
def printed(folder: Path) -> Iterator[Peer]:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    rule = "─" * 72 + "\n"

    def take() -> list[str]:
        text = raw.getvalue().decode()
        raw.seek(0)
        raw.truncate()
        return [part.partition("\n")[2].removesuffix("\n") for part in text.split(rule)[1:]]

    yield Peer(
        transport=console.Transport(console.ConsoleOptions(raw=True), stream),
        take=take,
        carried=lambda mail: mail.content.decode().replace("\r\n", "\n"),
        refuses_bad_addresses=False,
    )


@contextmanager
def example(folder: Path) -> Iterator[Peer]:
    """The documented transport of one's own."""
    sys.path.append(str(EXAMPLES))
    try:
        yield Peer(
            transport=_load("eml_folder:EmlFolder", folder, folder="outbox"),
            take=lambda: _read_and_removed(folder / "outbox"),
            carried=lambda mail: mail.content,
            refuses_bad_addresses=False,
        )
    finally:
        sys.path.remove(str(EXAMPLES))


PEERS = {
    "aiosmtpd": aiosmtpd,
    "pipelining": pipelining,
    "postmark": postmark,
    "maildir": maildir,
    "console": printed,
    "example": example,
    "smtp-sink": smtp_sink,
}


def _emptied(mails: list[Any]) -> list[Any]:
    found, mails[:] = list(mails), []
    return found


def _read_and_removed(folder: Path) -> list[bytes]:
    found = []
    for file in folder.iterdir() if folder.exists() else ():
        found.append(file.read_bytes())
        file.unlink()
    return found


def _whole(dumps: Path) -> list[Path]:
    """The files of finished mails; smtp-sink is about to remove the others."""
    return [file for file in dumps.iterdir() if file.exists() and file.stat().st_size]


def _undumped(file: Path) -> tuple[str, bytes]:
    """Recipient and content, without what smtp-sink puts in front and behind."""
    head, _, content = file.read_bytes().partition(b"(UTC)\n")
    file.unlink()
    recipient = head.partition(b"X-Rcpt-Args: <")[2].partition(b">")[0].decode()
    return recipient, content.removesuffix(b"\n")


HEADERS_SHOWN = ("Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id")


def _of_postmark(message: dict[str, Any]) -> tuple[Any, ...]:
    headers = {header["Name"]: header["Value"] for header in message["Headers"]}
    shown = tuple(headers.get(name) for name in HEADERS_SHOWN)
    return message["To"], message["From"], message["Subject"], message["TextBody"], shown


def _for_postmark(mail: Mail) -> tuple[Any, ...]:
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    text = mail.content.partition(b"\r\n\r\n")[2].decode().replace("\r\n", "\n")
    shown = tuple(message[name] for name in HEADERS_SHOWN)
    return mail.recipient, str(message["From"]), str(message["Subject"]), text, shown
