"""Real peers for every transport: what each was given, in a form that can be compared."""

import email
import email.policy
import io
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import servers
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from faulty_smtp import FaultySmtp
from field_servers import (
    BrevoServer,
    MailjetServer,
    MailtrapServer,
    ResendServer,
    ScalewayServer,
    SendGridServer,
)
from postmark_server import TOKEN, PostmarkServer
from provider_servers import HttpServer, MailgunServer, ProviderServer, SesServer, SparkPostServer
from pydantic import BaseModel

from newsletter.transports import console
from newsletter.transports.base import ClosingSession, Mail, Recorder, Transport
from newsletter.transports.base import Session as TransportSession
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
            carried=_for_fields,
            takes_empty=False,
        )


RAW_SERVERS = (SesServer, MailgunServer, SparkPostServer, HttpServer)
FIELD_SERVERS = (
    SendGridServer, BrevoServer, ResendServer, MailjetServer, MailtrapServer, ScalewayServer,
)  # fmt: skip


def raw(server: type[ProviderServer]) -> Callable[[Path], AbstractContextManager[Peer]]:
    """The peer of a provider that carries messages as they are."""

    @contextmanager
    def peer(folder: Path) -> Iterator[Peer]:
        with server() as running:
            yield Peer(
                transport=_load(server.kind, folder, **running.table),
                take=lambda: _emptied(running.messages),
                carried=lambda mail: (mail.recipient, mail.content),
            )

    return peer


def fields(server: type[ProviderServer]) -> Callable[[Path], AbstractContextManager[Peer]]:
    """The peer of a provider that takes fields and writes the message anew."""

    @contextmanager
    def peer(folder: Path) -> Iterator[Peer]:
        with server() as running:
            transport: Transport = _load(server.kind, folder, **running.table)
            yield Peer(
                transport=WithHtml(transport) if server.needs_html else transport,
                take=lambda: [_of_fields(message) for message in _emptied(running.messages)],
                carried=lambda mail: _for_fields(mail, server.lost_headers),
                takes_empty=server.needs_html,
            )

    return peer


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
        transport=console.Transport(console.TerminalOptions(raw=True), stream),
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
    **{server.kind: raw(server) for server in RAW_SERVERS},
    **{server.kind: fields(server) for server in FIELD_SERVERS},
}
"""A peer for each kind, and more for some; a kind that has none fails a test of the contract."""


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
    text = message["TextBody"]
    return _of_fields((message["To"], message["From"], message["Subject"], text, headers))


def _of_fields(found: tuple[str, str, str, str, dict[str, str]]) -> tuple[Any, ...]:
    *rest, headers = found
    given = {name.lower(): value for name, value in headers.items()}
    return *rest, tuple(given.get(name.lower()) for name in HEADERS_SHOWN)


def _for_fields(mail: Mail, lost: Collection[str] = ()) -> tuple[Any, ...]:
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    text = mail.content.partition(b"\r\n\r\n")[2].decode().replace("\r\n", "\n")
    shown = tuple(
        message[name].strip() if message[name] and name not in lost else None
        for name in HEADERS_SHOWN
    )
    return mail.recipient, str(message["From"]), str(message["Subject"]), text, shown


class WithHtml:
    """A transport whose mails get an HTML part, for providers that take none without."""

    Options = BaseModel

    def __init__(self, transport: Transport) -> None:
        self.connections = transport.connections
        self._transport = transport

    def open(self) -> "SessionWithHtml":
        return SessionWithHtml(self._transport.open())


class SessionWithHtml(ClosingSession):
    def __init__(self, session: TransportSession) -> None:
        self._session = session

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        self._session.send(map(with_html, mails), recorder)

    def close(self) -> None:
        self._session.close()


def with_html(mail: Mail) -> Mail:
    """The mail with an HTML part beside its text."""
    head, _, text = mail.content.partition(b"\r\n\r\n")
    others = b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"Content-"))
    kind = b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    content = (
        others + b"\r\nContent-Type: multipart/alternative; boundary=of-the-tests\r\n\r\n"
        b"--of-the-tests\r\n"
        + kind % b"plain"
        + text
        + b"\r\n--of-the-tests\r\n"
        + kind % b"html"
        + b"<p>Buses</p>\r\n--of-the-tests--\r\n"
    )
    return replace(mail, content=content)
