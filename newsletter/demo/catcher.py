"""Mail catcher: an SMTP server on loopback that stores each mail in a Maildir, for development.

The site shows the folder at /mails.
"""

import mailbox
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.demo.crowd import DOMAIN, DOUBTFUL, FULL, MOVED
from newsletter.errors import StorageError
from newsletter.mail_listener import MailListener

# The SIZE limit announced after EHLO (RFC 1870).
CROWD = f"@{DOMAIN}"
MAX_MAIL_BYTES = 10 * 1024 * 1024


class MailCatcher:
    """Catches mail while its `with` block runs.

    Args:
        folder: the Maildir; created if missing.
        port: 0: any free port.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder = folder
        self.host = host
        handler = _MaildirHandler(folder)
        self._listener = MailListener(
            lambda: SMTP(
                handler, data_size_limit=MAX_MAIL_BYTES, enable_SMTPUTF8=True, hostname=host
            ),
            host,
            port,
        )

    @property
    def port(self) -> int:
        """Inside the block, the port listened on."""
        return self._listener.port

    def __enter__(self) -> Self:
        try:
            # mailbox.Maildir creates these only where the folder itself is missing.
            for sub in ("tmp", "new", "cur"):
                (self.folder / sub).mkdir(parents=True, exist_ok=True)
            self._listener.__enter__()
        except OSError as error:
            raise StorageError(
                f"the mail catcher cannot keep mail in {self.folder} or listen at "
                f"{self.host}:{self.port}: {error.strerror or error}"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.__exit__(kind, error, traceback)


class _MaildirHandler:
    """aiosmtpd handler that stores mails; those to the crowd are answered, not stored."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.endswith(CROWD) and address.startswith(MOVED):
            return "550 5.1.1 there is nobody of this name here"
        if address.endswith(CROWD) and address.startswith(FULL):
            return "552 5.2.2 the mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if all(address.endswith(CROWD) for address in envelope.rcpt_tos):
            if envelope.rcpt_tos[0].startswith(DOUBTFUL) and server.transport:
                # The connection ends before the answer: the sender cannot know.
                server.transport.close()
            return "250 2.0.0 seen"
        trace = "".join(
            f"{name}: {value}\r\n"
            for name, value in (
                ("Return-Path", f"<{envelope.mail_from or ''}>"),
                ("Delivered-To", ", ".join(envelope.rcpt_tos)),
                ("X-RcptTo", ", ".join(envelope.rcpt_tos)),
            )
        )
        content = envelope.original_content or b""
        try:
            mailbox.Maildir(self._folder).add(trace.encode("utf-8") + content)
        except OSError as error:
            return f"452 4.3.1 the mail could not be kept: {error.strerror}"
        return "250 2.0.0 caught"
